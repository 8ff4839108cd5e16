"""Does a confidence mean what it says: of the signals with 0.7, do seven in ten hit?

`confidence` float64[S] is read as the probability of a hit, 0 to 1; `hits` are truth values, or 1 and 0, one
for each signal. A signal of which either is unknown, or whose confidence lies outside 0 to 1, is left out and
counted as such.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults
from heliograph.engine.performance.estimates import Estimate, share
from heliograph.engine.performance.known import known_together

Places = npt.NDArray[np.int64]

BINS = 10
# The logarithm of a probability of 0 has no end; it counts as this much, which is 34.5 for a miss.
LEAST_PROBABILITY = 1e-15


class Binning(StrEnum):
    """How confidences are put into bins: bins of one width from 0 to 1, or bins that hold about as many
    signals each. Equal confidences are always in one bin.
    """

    EQUAL_WIDTH = "equal_width"
    EQUAL_MASS = "equal_mass"


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Signals of like confidence: from `low` to below `high` (the last one with it), their mean confidence,
    and the share that hit, with Wilson's interval and their number.
    """

    low: float
    high: float
    confidence: float
    hit_rate: Estimate


@dataclass(frozen=True, slots=True)
class BinSums:
    """Signals of like confidence, added up: from `low` to below `high`, their number, and the sums of their
    confidences, of their hits, of the squares of confidence less hit, and of their log losses.
    """

    low: float
    high: float
    n: int
    confidence: float
    hits: int
    squares: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Brier:
    """The Brier score and its parts: score = reliability - resolution + uncertainty + within_bins.

    Lower is better; 0.25 is what saying 0.5 each time scores. `reliability` is how far bins are from their
    hit rates (0 is best), `resolution` how far hit rates of bins are apart (more is better), `uncertainty`
    what always saying the overall rate scores. `within_bins` is what is left since confidences differ within
    a bin.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything about the confidences of `n` signals; `left_out` are those of which something is unknown.

    `ece` is the mean distance of bins from the diagonal, weighted by their signals, `worst_bin` the largest
    one; 0 to 1. All None without a signal; empty bins are not there.
    """

    n: int
    left_out: int
    binning: Binning
    bins: tuple[ReliabilityBin, ...]
    ece: float | None
    worst_bin: float | None
    brier: Brier | None
    log_loss: float | None


@dataclass(frozen=True, slots=True)
class _Binned:
    """Bins that hold a signal: edges, numbers, sums of confidences and of hits."""

    lows: Floats
    highs: Floats
    counts: Places
    confidences: Floats
    hits: Floats

    @property
    def apart(self) -> Floats:
        """How far the mean confidence of each is from its hit rate."""
        return np.abs(self.confidences - self.hits) / self.counts


def calibration(
    confidence: npt.ArrayLike,
    hits: npt.ArrayLike,
    *,
    binning: Binning = Binning.EQUAL_WIDTH,
    bins: int = BINS,
) -> Calibration:
    """All measures of calibration at once; see the functions of this module."""
    said, came = _usable(confidence, hits)
    binned = _binned(said, came, binning, bins)
    return Calibration(
        n=len(said),
        left_out=len(np.asarray(hits)) - len(said),
        binning=binning,
        bins=_reliability(binned),
        ece=_ece(binned),
        worst_bin=float(np.max(binned.apart)) if len(said) else None,
        brier=_brier(said, came, binned),
        log_loss=log_loss(said, came),
    )


def calibration_of_sums(sums: Sequence[BinSums], *, left_out: int = 0) -> Calibration:
    """The same from sums of bins of one width, the least confident first; those without a signal are left
    out.
    """
    some = [one for one in sums if one.n]
    n = sum(one.n for one in some)
    binned = _Binned(
        lows=np.array([one.low for one in some]),
        highs=np.array([one.high for one in some]),
        counts=np.array([one.n for one in some], dtype=np.int64),
        confidences=np.array([one.confidence for one in some]),
        hits=np.array([one.hits for one in some], dtype=np.float64),
    )
    return Calibration(
        n=n,
        left_out=left_out,
        binning=Binning.EQUAL_WIDTH,
        bins=_reliability(binned),
        ece=_ece(binned),
        worst_bin=float(np.max(binned.apart)) if n else None,
        brier=_parts(sum(one.squares for one in some) / n, binned) if n else None,
        log_loss=sum(one.log_loss for one in some) / n if n else None,
    )


def reliability_bins(
    confidence: npt.ArrayLike,
    hits: npt.ArrayLike,
    *,
    binning: Binning = Binning.EQUAL_WIDTH,
    bins: int = BINS,
) -> tuple[ReliabilityBin, ...]:
    """The bins of a reliability plot, the least confident first; bins without a signal are left out.

    Murphy and Winkler (1977), "Reliability of subjective probability forecasts".
    """
    return _reliability(_binned(*_usable(confidence, hits), binning, bins))


def calibration_error(
    confidence: npt.ArrayLike,
    hits: npt.ArrayLike,
    *,
    binning: Binning = Binning.EQUAL_WIDTH,
    bins: int = BINS,
) -> float | None:
    """The expected calibration error (ECE), 0 to 1: the mean of |mean confidence - hit rate| of bins,
    weighted by their signals; None without a signal.

    Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning",
    for bins of one width; Nixon et al. (2019), "Measuring calibration in deep learning", for equal mass.
    """
    return _ece(_binned(*_usable(confidence, hits), binning, bins))


def brier(
    confidence: npt.ArrayLike,
    hits: npt.ArrayLike,
    *,
    binning: Binning = Binning.EQUAL_WIDTH,
    bins: int = BINS,
) -> Brier | None:
    """The mean square of confidence less hit (1 or 0), and its parts; None without a signal.

    Brier (1950), "Verification of forecasts expressed in terms of probability"; parts after Murphy (1973), "A
    new vector partition of the probability score", and, within bins, Stephenson, Coelho and Jolliffe (2008),
    "Two extra components in the Brier score decomposition".
    """
    said, came = _usable(confidence, hits)
    return _brier(said, came, _binned(said, came, binning, bins))


def log_loss(confidence: npt.ArrayLike, hits: npt.ArrayLike) -> float | None:
    """The mean of -log of the probability that was given to what came, in nats; None without a signal.

    Good (1952), "Rational decisions". A probability of 0 counts as 1e-15, so that one certain miss costs 34.5
    and not everything.
    """
    said, came = _usable(confidence, hits)
    given = np.where(came > 0, said, 1.0 - said)
    return -float(np.mean(np.log(np.maximum(given, LEAST_PROBABILITY)))) if len(said) else None


def _usable(confidence: npt.ArrayLike, hits: npt.ArrayLike) -> tuple[Floats, Floats]:
    said, came = known_together(confidence, hits)
    if not np.all((came == 0) | (came == 1)):
        raise BadResults("A hit is 1 and a miss is 0.")
    inside = (said >= 0) & (said <= 1)
    return said[inside], came[inside]


def _binned(said: Floats, came: Floats, binning: Binning, bins: int) -> _Binned:
    if bins < 1:
        raise BadResults("There must be one bin or more.")
    edges = np.linspace(0.0, 1.0, bins + 1) if binning is Binning.EQUAL_WIDTH else _mass_edges(said, bins)
    places = np.minimum(np.searchsorted(edges, said, side="right") - 1, len(edges) - 2)
    counts = np.bincount(places, minlength=len(edges) - 1)
    some = counts > 0
    return _Binned(
        lows=edges[:-1][some],
        highs=edges[1:][some],
        counts=counts[some],
        confidences=np.bincount(places, weights=said, minlength=len(counts)).astype(np.float64)[some],
        hits=np.bincount(places, weights=came, minlength=len(counts)).astype(np.float64)[some],
    )


def _mass_edges(said: Floats, bins: int) -> Floats:
    """The first confidence of each bin, rising, with about as many signals between each two, and the highest.

    Many signals of the highest confidence have a bin of no width for themselves.
    """
    if not len(said):
        return np.array([0.0, 1.0])
    ranks = np.arange(bins) * len(said) // bins
    return np.append(np.unique(np.partition(said, ranks)[ranks]), np.max(said))


def _reliability(binned: _Binned) -> tuple[ReliabilityBin, ...]:
    return tuple(
        ReliabilityBin(float(low), float(high), float(total / n), share(int(hits), int(n)))
        for low, high, n, total, hits in zip(
            binned.lows, binned.highs, binned.counts, binned.confidences, binned.hits, strict=True
        )
    )


def _ece(binned: _Binned) -> float | None:
    n = int(np.sum(binned.counts))
    return float(np.dot(binned.apart, binned.counts)) / n if n else None


def _brier(said: Floats, came: Floats, binned: _Binned) -> Brier | None:
    return _parts(float(np.mean((said - came) ** 2)), binned) if len(said) else None


def _parts(score: float, binned: _Binned) -> Brier:
    n = int(np.sum(binned.counts))
    rate, weights = float(np.sum(binned.hits)) / n, binned.counts / n
    rates, means = binned.hits / binned.counts, binned.confidences / binned.counts
    reliability = float(np.dot(weights, (means - rates) ** 2))
    resolution = float(np.dot(weights, (rates - rate) ** 2))
    uncertainty = rate * (1 - rate)
    return Brier(score, reliability, resolution, uncertainty, score - reliability + resolution - uncertainty)
