"""What a signal is still worth some bars after its entry: decay since publication.

A path holds how far the price has gone in the signal's direction after 1, 2, ... K bars, in R. Averaged over
signals, the curve rises while there is something to be had and turns flat or down when the signal is spent.
Grinold and Kahn (2000), "Active portfolio management", chapter 13, on the information horizon.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults
from heliograph.engine.performance.estimates import Estimate, mean, spread

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DecaySums:
    """For each number of bars since entry the number of known excursions, their sum and their squares' sum;
    those of several instruments or periods are added with `+`.
    """

    counts: Counts
    sums: Floats
    squares: Floats

    def __add__(self, other: "DecaySums") -> "DecaySums":
        if self.counts.shape != other.counts.shape:
            raise BadResults("Paths of different lengths cannot be added up.")
        return DecaySums(self.counts + other.counts, self.sums + other.sums, self.squares + other.squares)

    @property
    def curve(self) -> tuple[Estimate, ...]:
        """The mean excursion in R after 1, 2, ... K bars, with Student's interval as if signals were
        independent; unknown where no signal has come so far.
        """
        return tuple(
            mean(total / n if n else None, spread(n, total, squares), n)
            for n, total, squares in zip(
                self.counts.tolist(), self.sums.tolist(), self.squares.tolist(), strict=True
            )
        )

    @property
    def best_bar(self) -> int | None:
        """After how many bars the mean is highest; None if nothing is known."""
        known = self.counts > 0
        if not known.any():
            return None
        means = np.where(known, self.sums / np.maximum(self.counts, 1), -np.inf)
        return int(np.argmax(means)) + 1


def decay(paths: Floats) -> DecaySums:
    """The sums of paths float64[S, K] in R, NaN where unknown."""
    if paths.ndim != 2:
        raise BadResults(f"Paths are a table of signals by bars, not of shape {paths.shape}.")
    known = np.isfinite(paths)
    values = np.where(known, paths, 0.0)
    return DecaySums(
        known.sum(axis=0, dtype=np.int64), values.sum(axis=0), np.einsum("sk,sk->k", values, values)
    )


def paths_after_entry(
    close: Floats, first: npt.ArrayLike, entry: npt.ArrayLike, stop: npt.ArrayLike, *, bars: int
) -> Floats:
    """How far signals of one instrument had gone at the close of each of the `bars` bars from their first one
    held on, whatever became of the trade: float64[S, bars] in R.

    `close` float64[B]; `first` int[S] the place of the first bar held, `entry` and `stop` float64[S] prices.
    The distance from entry to stop is one R, and its sign is the side. NaN where a bar is missing or lies
    beyond the data, without a stop, and where the stop is the entry.
    """
    places, price = np.asarray(first, dtype=np.int64), np.asarray(entry, dtype=np.float64)
    risk = price - np.asarray(stop, dtype=np.float64)
    if bars < 1 or np.any(places < 0):
        raise BadResults("A path has one bar or more and begins within the data.")
    reach = np.concatenate([close, np.full(bars, np.nan)])
    places = np.minimum(places, len(close))
    risk = np.where(risk != 0, risk, np.nan)
    result: Floats = (reach[places[:, None] + np.arange(bars)] - price[:, None]) / risk[:, None]
    return result


def while_held(paths: Floats, bars_held: npt.ArrayLike) -> Floats:
    """The same paths, unknown after so many bars of each signal, int[S]: what was there while the trade
    lasted.
    """
    held = np.asarray(bars_held, dtype=np.int64)
    result: Floats = np.where(np.arange(paths.shape[1]) < held[:, None], paths, np.nan)
    return result
