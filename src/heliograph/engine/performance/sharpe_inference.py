"""How far a Sharpe ratio can be believed.

All Sharpe ratios here are per period, not per year, and kurtosis is not in excess: 3 for a normal
distribution. The probabilistic and deflated ratios and the least track record are in the form of 2012 and
2014.
"""

from dataclasses import dataclass
from math import e, sqrt

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults
from heliograph.engine.performance.known import are_same, known
from heliograph.engine.performance.moments import population_moments
from heliograph.engine.performance.ratios import sharpe
from heliograph.engine.performance.student import NORMAL

EULER_MASCHERONI = 0.5772156649015329
# With fewer periods four moments say nothing.
LEAST_PERIODS = 4


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """A Sharpe ratio per period, over how many periods, and the skewness and kurtosis (3 if normal) of their
    results.
    """

    sharpe: float
    periods: int
    skew: float = 0.0
    kurtosis: float = 3.0

    @classmethod
    def of(cls, results: npt.ArrayLike) -> "TrackRecord | None":
        """That of a series of periods; None of fewer than four known ones, and where all are the same.

        The moments are those of the sample as it is, not adjusted, so that the error is never imaginary.
        """
        row = known(results)
        if len(row) < LEAST_PERIODS or are_same(row):
            return None
        ratio = sharpe(row, per_year=1)
        assert ratio is not None
        return cls(ratio, len(row), *population_moments(row))

    @property
    def spread(self) -> float:
        """The root of 1 - skew SR + (kurtosis - 1) / 4 SR^2: the error times the root of the periods."""
        squared = 1 - self.skew * self.sharpe + (self.kurtosis - 1) / 4 * self.sharpe**2
        if squared < 0:
            raise BadResults("No results have such a skewness together with such a kurtosis.")
        return sqrt(squared)


def sharpe_error(ratio: float, *, periods: int) -> float | None:
    """The standard error of a Sharpe ratio whose results are independent and normal: the root of
    (1 + SR^2 / 2) / T; None without a period.

    Lo (2002), "The statistics of Sharpe ratios", equation 9.
    """
    return sqrt((1 + ratio**2 / 2) / periods) if periods > 0 else None


def robust_sharpe_error(results: npt.ArrayLike, *, lags: int | None = None) -> float | None:
    """The standard error of the Sharpe ratio per period of results of any distribution that depend on those
    before them; None of fewer than four, and where all are the same.

    Lo (2002), equations 11 to 16, by the delta method with the weights of Newey and West (1987). With 0 lags
    it is the error of independent results by their moments, Mertens (2002). The default is
    4 (T / 100)^(2/9) lags, Newey and West (1994).
    """
    row = known(results)
    if len(row) < LEAST_PERIODS or are_same(row):
        return None
    mean, spread = float(np.mean(row)), float(np.std(row))
    apart = row - mean
    influence = apart / spread - mean / (2 * spread**3) * (apart**2 - spread**2)
    count = newey_west_lags(len(row)) if lags is None else min(lags, len(row) - 1)
    weights = 1 - np.arange(1, count + 1) / (count + 1)
    own, *others = _covariances(influence, count)
    variance = own + 2 * float(np.dot(weights, others))
    return sqrt(max(variance, 0.0) / len(row))


def newey_west_lags(periods: int) -> int:
    """How many lags are looked at where nothing else is said: 4 (T / 100)^(2/9), rounded down."""
    return min(int(4 * (periods / 100) ** (2 / 9)), max(periods - 1, 0))


def aggregation_factor(results: npt.ArrayLike, periods: int, *, lags: int | None = None) -> float | None:
    """What a Sharpe ratio per period is multiplied by for one of `periods` periods, such as 365 for a year;
    the root of `periods` where results are independent, less where gains follow gains.

    Lo (2002), equation 20: q over the root of q + 2 sum (q - k) rho_k, with the autocorrelations of the first
    `lags` (default as for the error) and 0 beyond. None of fewer than four results, where all are the same,
    and where the autocorrelations leave nothing under the root.
    """
    row = known(results)
    if len(row) < LEAST_PERIODS or are_same(row):
        return None
    count = newey_west_lags(len(row)) if lags is None else min(lags, len(row) - 1)
    own, *others = _covariances(row - np.mean(row), count)
    return eta(np.asarray(others, dtype=np.float64) / own, periods)


def eta(autocorrelations: npt.ArrayLike, periods: int) -> float | None:
    """The same from autocorrelations of lags 1, 2, ...; those beyond the last are 0."""
    rho = np.asarray(autocorrelations, dtype=np.float64)[: max(periods - 1, 0)]
    under = periods + 2 * float(np.dot(periods - np.arange(1, len(rho) + 1), rho))
    return periods / sqrt(under) if under > 0 else None


def probabilistic_sharpe(record: TrackRecord, *, benchmark: float = 0.0) -> float | None:
    """The probability that the true Sharpe ratio is above the benchmark, 0 to 1; None of fewer than two
    periods and where the record has no spread.

    Bailey and López de Prado (2012), "The Sharpe ratio efficient frontier", equation 11.
    """
    if record.periods < 2 or not record.spread:
        return None
    return NORMAL.cdf((record.sharpe - benchmark) * sqrt(record.periods - 1) / record.spread)


def expected_best_sharpe(*, trials: int, variance: float) -> float:
    """The Sharpe ratio that the best of independent trials reaches without any skill; 0 of one trial.

    `variance` is that of the ratios of the trials. Bailey and López de Prado (2014), "The deflated Sharpe
    ratio", equation 1.
    """
    if trials < 1 or variance < 0:
        raise BadResults("There must be a trial, and their variance cannot be negative.")
    if trials == 1:
        return 0.0
    one, other = NORMAL.inv_cdf(1 - 1 / trials), NORMAL.inv_cdf(1 - 1 / (trials * e))
    return sqrt(variance) * ((1 - EULER_MASCHERONI) * one + EULER_MASCHERONI * other)


def deflated_sharpe(record: TrackRecord, *, trials: int, variance: float) -> float | None:
    """The probability that the true Sharpe ratio is above what the best of so many trials reaches by luck;
    None as for the probabilistic one. Bailey and López de Prado (2014), equation 2.
    """
    return probabilistic_sharpe(record, benchmark=expected_best_sharpe(trials=trials, variance=variance))


def least_track_record(
    record: TrackRecord, *, benchmark: float = 0.0, confidence: float = 0.95
) -> float | None:
    """How many periods it takes to believe, with that confidence, that the true Sharpe ratio is above the
    benchmark; None where it is not above it.

    Bailey and López de Prado (2012), equation 13.
    """
    if not 0.5 <= confidence < 1:
        raise BadResults(f"The confidence is from 0.5 to below 1, not {confidence:g}.")
    ahead = record.sharpe - benchmark
    return 1 + (record.spread * NORMAL.inv_cdf(confidence) / ahead) ** 2 if ahead > 0 else None


def _covariances(apart: Floats, lags: int) -> list[float]:
    """Of a row with mean 0 with itself, and with itself 1, 2, ... `lags` places later; over the whole n."""
    n = len(apart)
    return [float(np.dot(apart[k:], apart[: n - k])) / n for k in range(lags + 1)]
