"""A live sample beside what a backtest led one to expect."""

from dataclasses import dataclass
from math import floor

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults
from heliograph.engine.performance.estimates import Estimate, share
from heliograph.engine.performance.known import are_same, deviation, known
from heliograph.engine.performance.student import both_tails, student

ROUNDS = 10_000
# So many drawn values are held at once.
CHUNK = 4_000_000
# Probabilities that differ by rounding are equal.
TIE = 1e-7


@dataclass(frozen=True, slots=True)
class Difference:
    """Live less expected, with its 95 % interval, and by which test the chance of it was found.

    `chance` is the probability of a difference at least as large, in either direction, if there is none:
    small means that chance hardly explains it. `n` and `n_expected` are the numbers of both samples. None
    where unknown.
    """

    value: float | None
    low: float | None
    high: float | None
    chance: float | None
    test: str
    n: int
    n_expected: int

    @property
    def estimate(self) -> Estimate:
        """The difference with its interval; its number is the smaller of both."""
        return Estimate(min(self.n, self.n_expected), self.value, self.low, self.high)


def mean_difference(live: npt.ArrayLike, expected: npt.ArrayLike) -> Difference:
    """The mean of live results less that of a backtest, by Welch's test, which lets both vary differently.

    Unknown values are left out; fewer than two in either have no interval and no chance. Where neither
    varies, the interval is the difference itself, and its chance is 1 if it is 0 and else 0. Welch (1947),
    "The generalization of Student's problem when several different population variances are involved"; its
    degrees of freedom are rounded down for the interval, so that it is not too narrow.
    """
    own, other = known(live), known(expected)
    sizes = len(own), len(other)
    if not min(sizes):
        return Difference(None, None, None, None, "welch", *sizes)
    value = float(np.mean(own)) - float(np.mean(other))
    spreads = deviation(own), deviation(other)
    if spreads[0] is None or spreads[1] is None:
        return Difference(value, None, None, None, "welch", *sizes)
    one, two = spreads[0] ** 2 / sizes[0], spreads[1] ** 2 / sizes[1]
    if one + two == 0:
        same = are_same(np.array([np.mean(own), np.mean(other)]))
        return Difference(value, value, value, 1.0 if same else 0.0, "welch", *sizes)
    freedom = (one + two) ** 2 / (one**2 / (sizes[0] - 1) + two**2 / (sizes[1] - 1))
    error = (one + two) ** 0.5
    half = student(max(1, floor(freedom))) * error
    return Difference(value, value - half, value + half, both_tails(value / error, freedom), "welch", *sizes)


def share_difference(*, hits: int, n: int, expected_hits: int, expected_n: int) -> Difference:
    """The live hit rate less that of a backtest, by Fisher's exact test; unknown where either has no case.

    The interval is Newcombe's (1998), "Interval estimation for the difference between independent
    proportions", method 10; the chance adds up all tables no likelier than this one: Fisher (1935), "The
    logic of inductive inference".
    """
    own, other = share(hits, n), share(expected_hits, expected_n)
    if own.value is None or other.value is None:
        return Difference(None, None, None, None, "fisher", n, expected_n)
    value = own.value - other.value
    below = ((own.value - _number(own.low)) ** 2 + (_number(other.high) - other.value) ** 2) ** 0.5
    above = ((_number(own.high) - own.value) ** 2 + (other.value - _number(other.low)) ** 2) ** 0.5
    chance = fisher(hits, n, expected_hits, expected_n)
    return Difference(value, value - below, value + above, chance, "fisher", n, expected_n)


def chance_of_mean(
    live: npt.ArrayLike, expected: npt.ArrayLike, *, rng: np.random.Generator, rounds: int = ROUNDS
) -> float | None:
    """The probability that as many results drawn from the backtest have a mean at least as far from the
    backtest's as the live one, in either direction; None without a value in either.

    A resampling test (Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 16) that
    believes the backtest and assumes no distribution; for few live signals with lopsided results better than
    Welch's. The observed sample counts as one of them, so that the answer is never 0 (Davison and Hinkley
    1997, section 4.2). It takes `rounds` times the number of live results.
    """
    own, other = known(live), known(expected)
    if not len(own) or not len(other):
        return None
    middle = float(np.mean(other))
    far = abs(float(np.mean(own)) - middle) * (1 - TIE)
    at_once = max(1, CHUNK // len(own))
    further = 0
    for start in range(0, rounds, at_once):
        size = (min(at_once, rounds - start), len(own))
        means = np.mean(other[rng.integers(0, len(other), size)], axis=1)
        further += int(np.count_nonzero(np.abs(means - middle) >= far))
    return (1 + further) / (1 + rounds)


def fisher(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """The two-sided chance of Fisher's exact test for two shares; BadResults for more hits than cases."""
    if not (0 <= hits <= n and 0 <= other_hits <= other_n):
        raise BadResults("There cannot be more hits than cases, nor fewer than none.")
    total = hits + other_hits
    first, last = max(0, total - other_n), min(total, n)
    # Each table's logarithm from the one before: so no factorial is needed.
    k = np.arange(first, last, dtype=np.float64)
    steps = np.log((total - k) * (n - k)) - np.log((k + 1) * (other_n - total + k + 1))
    logs: Floats = np.concatenate(([0.0], np.cumsum(steps)))
    tables = np.exp(logs - np.max(logs))
    likely = tables <= tables[hits - first] * (1 + TIE)
    return min(1.0, float(np.sum(tables[likely]) / np.sum(tables)))


def _number(value: float | None) -> float:
    assert value is not None
    return value
