"""Intervals by drawing the sample again: the stationary bootstrap.

Politis and Romano (1994), "The stationary bootstrap": a sample is put together from stretches of the series,
the end joined to the beginning, that start anywhere and whose lengths are geometric with the mean `block`. So
what depends on the days before still does. The interval holds the middle 95 % of the values of the samples
(percentile method, Efron 1979). The dice are given: the same generator gives the same interval.
"""

from math import cbrt, ceil, log10, sqrt

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults
from heliograph.engine.performance.estimates import Estimate
from heliograph.engine.performance.growth import DAYS_PER_YEAR
from heliograph.engine.performance.known import SAME, are_same, deviation, known, known_together
from heliograph.engine.performance.ratios import sharpe

ROUNDS = 2_000
MIDDLE = (0.025, 0.975)
# Fewer values make the same few samples over and over.
LEAST_VALUES = 5


def bootstrap_mean(
    values: npt.ArrayLike, *, rng: np.random.Generator, block: float | None = None, rounds: int = ROUNDS
) -> Estimate:
    """The mean of a row of numbers, with the interval of its samples.

    Unknown values are left out; fewer than five have no interval. `block` is the mean length of a stretch in
    values (default: `block_length`). It takes `rounds` times n / block steps: for very many signals use
    `bootstrap_mean_by_day`.
    """
    row = known(values)
    value = float(np.mean(row)) if len(row) else None
    if value is None or len(row) < LEAST_VALUES:
        return Estimate(len(row), value, None, None)
    drawn = resampled(row[None, :], rng=rng, block=_length(block, row), rounds=rounds)
    return Estimate(len(row), value, *_middle(drawn[0] / len(row)))


def bootstrap_mean_by_day(
    sums: npt.ArrayLike,
    counts: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    block: float | None = None,
    rounds: int = ROUNDS,
) -> Estimate:
    """The mean result of a signal, with an interval that knows that the signals of a day belong together.

    `sums` and `counts` are those of each day (see `daily`, of results in R for the mean R). Whole days are
    drawn, so that many signals on one move of the market count as the one event that they are; `n` is the
    number of signals. Days whose sum is unknown are left out; fewer than five days with a signal have no
    interval.
    """
    total, of = known_together(sums, counts)
    n = int(np.sum(of))
    value = float(np.sum(total)) / n if n else None
    if value is None or np.count_nonzero(of) < LEAST_VALUES:
        return Estimate(n, value, None, None)
    # A day's share in how far the mean is off.
    length = _length(block, total - value * of)
    drawn, signals = resampled(np.stack([total, of]), rng=rng, block=length, rounds=rounds)
    some = signals > 0.5
    return Estimate(n, value, *_middle(drawn[some] / signals[some]))


def bootstrap_sharpe(
    results: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    per_year: float = DAYS_PER_YEAR,
    block: float | None = None,
    rounds: int = ROUNDS,
) -> Estimate:
    """The Sharpe ratio of a year, as `sharpe` has it, with the interval of its samples; `n` counts periods.

    Samples whose periods are all the same have none and are left out. None as for `sharpe`; fewer than five
    periods have no interval. Ledoit and Wolf (2008), "Robust performance hypothesis testing with the Sharpe
    ratio", on why blocks are drawn.
    """
    row = known(results)
    value = sharpe(row, per_year=per_year)
    spread = deviation(row)
    if value is None or spread is None or len(row) < LEAST_VALUES:
        return Estimate(len(row), value, None, None)
    # In units of the deviation and about the mean, so that nothing is lost in the squares.
    mean, n = float(np.mean(row)), len(row)
    apart = (row - mean) / spread
    drawn = resampled(np.stack([apart, apart**2]), rng=rng, block=_length(block, row), rounds=rounds)
    variance = (drawn[1] - drawn[0] ** 2 / n) / (n - 1)
    varied = variance > SAME
    ratios = (drawn[0][varied] / n + mean / spread) / np.sqrt(variance[varied])
    return Estimate(n, value, *_middle(ratios * per_year**0.5))


def resampled(columns: Floats, *, rng: np.random.Generator, block: float, rounds: int) -> Floats:
    """The sums of each of the K rows of `columns` float64[K, n] over each sample: float64[K, rounds].

    All rows are drawn alike. A stretch is added as the difference of two running sums, so that its length
    costs nothing.
    """
    n = columns.shape[1]
    if block < 1 or rounds < 1 or not n:
        raise BadResults("Samples need values, a round, and stretches of one value or more.")
    running = np.zeros((len(columns), 2 * n + 1))
    np.cumsum(np.concatenate([columns, columns], axis=1), axis=1, out=running[:, 1:])
    sums, drawn = np.zeros((len(columns), rounds)), np.zeros(rounds, dtype=np.int64)
    while np.any(drawn < n):
        lengths = np.minimum(rng.geometric(1 / block, rounds), n - drawn)
        starts = rng.integers(0, n, rounds)
        sums += running[:, starts + lengths] - running[:, starts]
        drawn += lengths
    return sums


def block_length(values: npt.ArrayLike) -> float:
    """The mean length of stretches that suits how much a series depends on its past, 1 or more.

    Politis and White (2004), "Automatic block-length selection for the dependent bootstrap", as corrected by
    Patton, Politis and White (2009). 1 for fewer than five values, and where all are the same.
    """
    row = known(values)
    n = len(row)
    if n < LEAST_VALUES or are_same(row):
        return 1.0
    look = max(5, int(log10(n)))
    most = min(ceil(sqrt(n)) + look, n - 1)
    apart = row - np.mean(row)
    covariances = np.array([np.dot(apart[k:], apart[: n - k]) for k in range(most + 1)]) / n
    lags = _bandwidth(np.abs(covariances[1:]) / covariances[0], look, 2 * sqrt(log10(n) / n), most)
    k = np.arange(1, lags + 1)
    weights = np.minimum(1.0, 2 * (1 - k / lags)) * covariances[1 : lags + 1]
    slope, level = 2 * float(np.dot(k, weights)), float(covariances[0] + 2 * np.sum(weights))
    if not level:
        return 1.0
    return min(max(1.0, cbrt((slope / level) ** 2 * n)), float(ceil(min(3 * sqrt(n), n / 3))))


def _length(block: float | None, values: Floats) -> float:
    return block_length(values) if block is None else block


def _bandwidth(autocorrelations: Floats, look: int, bound: float, most: int) -> int:
    """Twice the first lag from which on `look` autocorrelations in a row (of lags 1, 2, ...) are within the
    bound.
    """
    for lag in range(len(autocorrelations) - look + 1):
        if np.all(autocorrelations[lag : lag + look] < bound):
            return min(2 * (lag + 1), most)
    return most


def _middle(values: Floats) -> tuple[float | None, float | None]:
    if not len(values):
        return None, None
    low, high = np.quantile(values, MIDDLE)
    return float(low), float(high)
