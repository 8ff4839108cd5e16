"""The mean R that the next signals of a version will bring.

What can be off is twofold: the mean of so few signals, and the luck of the next ones. Both are drawn from the
results themselves: whole days as the stationary bootstrap does (see the engine's `bootstrap`), and stretches
of as many signals as are foreseen, so that what moves together still does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.performance.bootstrap import block_length, resampled

COVERAGE = 0.8
# So many signals are foreseen, of at least so many results.
AHEAD = 20
LEAST = 60
LEAST_DAYS = 10
ROUNDS = 2_000


@dataclass(frozen=True, slots=True)
class Expected:
    """The mean R of the next AHEAD signals; `naive` is that of the last ones, `scale` how much such means
    changed from one to the next.
    """

    low: float
    mean: float
    high: float
    naive: float
    scale: float | None


def expected(results: Floats, days: Sequence[int], *, rng: np.random.Generator) -> Expected:
    """From the results in R of LEAST signals or more, in their order, and the day on which each ended."""
    mean = float(np.mean(results))
    draws = mean + _off(results, days, rng=rng) + _luck(results, rng=rng)
    low, high = np.quantile(draws, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    pieces = results[len(results) % AHEAD :].reshape(-1, AHEAD).mean(axis=1)
    changes = np.abs(np.diff(pieces))
    return Expected(
        low=float(low),
        mean=mean,
        high=float(high),
        naive=float(pieces[-1]),
        scale=float(np.mean(changes)) or None if len(changes) else None,
    )


def _off(results: Floats, days: Sequence[int], *, rng: np.random.Generator) -> Floats:
    """How far the mean may be off."""
    _, places = np.unique(np.asarray(days), return_inverse=True)
    sums, counts = np.bincount(places, weights=results), np.bincount(places).astype(np.float64)
    mean = float(np.mean(results))
    block = block_length(sums - mean * counts)
    total, of = resampled(np.stack([sums, counts]), rng=rng, block=block, rounds=ROUNDS)
    return total / np.maximum(of, 1) - mean


def _luck(results: Floats, *, rng: np.random.Generator) -> Floats:
    """How far the mean of the next signals lies from that of all, by stretches of the past."""
    n = len(results)
    around = np.concatenate([results, results[:AHEAD]])
    sums = np.concatenate([[0.0], np.cumsum(around)])
    starts = rng.integers(0, n, ROUNDS)
    means = (sums[starts + AHEAD] - sums[starts]) / AHEAD
    # Stretches of one sample differ less from its mean than those to come.
    return (means - float(np.mean(results))) / np.sqrt(1 - AHEAD / n)
