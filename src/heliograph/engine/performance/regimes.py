"""Market regimes of each instrument: trending or ranging, calm or volatile, known at each bar from bars until
then.

A bar trends if the price went somewhere on its way: the efficiency ratio of Kaufman (1995), "Smarter
trading", the net move of the last `span` closes over the sum of their moves, is `trend_at` or more. It is
volatile if the deviation of the last `span` log returns is above `volatile_above` of the instrument's own
last `memory` such values, of which it is one. The thresholds are fixed beforehand and nothing is fitted, so
that a regime never changes when later bars come. Windows count bars that exist.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults

Codes = npt.NDArray[np.int8]


class Regime(IntEnum):
    """The regime of a bar; UNKNOWN while a window is not full."""

    UNKNOWN = 0
    RANGE_CALM = 1
    RANGE_VOLATILE = 2
    TREND_CALM = 3
    TREND_VOLATILE = 4

    @property
    def is_trend(self) -> bool:
        return self >= Regime.TREND_CALM

    @property
    def is_volatile(self) -> bool:
        return self in (Regime.RANGE_VOLATILE, Regime.TREND_VOLATILE)


@dataclass(frozen=True, slots=True)
class RegimeRules:
    """Lengths in bars, and thresholds from 0 to 1. A random walk of normal steps reaches the efficiency of
    0.3 over 20 bars about one time in four.
    """

    span: int = 20
    trend_at: float = 0.3
    memory: int = 250
    volatile_above: float = 2 / 3

    def __post_init__(self) -> None:
        if self.span < 2 or self.memory < 2:
            raise BadResults("A regime looks at two bars or more, and remembers two values or more.")
        if not (0 < self.trend_at <= 1 and 0 < self.volatile_above < 1):
            raise BadResults("The thresholds of a regime lie between 0 and 1.")

    @property
    def warmup(self) -> int:
        """Bars before the first regime that is known."""
        return self.span + self.memory - 1


@dataclass(frozen=True, slots=True)
class Regimes:
    """Of N instruments and B bars: `codes` int8[N, B] (see Regime), and what they rest on, float64[N, B], NaN
    where unknown: `efficiency` 0 to 1, and `volatility_rank`, the share of remembered values that are lower,
    0 to below 1.
    """

    codes: Codes
    efficiency: Floats
    volatility_rank: Floats


RULES = RegimeRules()


def regimes(close: Floats, rules: RegimeRules = RULES) -> Regimes:
    """The regimes at closes float64[N, B], NaN where a bar is missing, whose own regime is unknown and which
    moves nothing. A close that is not positive has no return, and the windows over it are unknown.
    """
    if close.ndim != 2:
        raise BadResults(f"Closes are a table of instruments by bars, not of shape {close.shape}.")
    efficiency, rank = np.full(close.shape, np.nan), np.full(close.shape, np.nan)
    exists = ~np.isnan(close)
    whole = exists.all(axis=1)
    # Those without a gap go together.
    if whole.any():
        efficiency[whole] = efficiency_ratio(close[whole], rules.span)
        rank[whole] = rank_in_memory(volatility_of(close[whole], rules.span), rules.memory)
    for row in np.flatnonzero(~whole):
        own = close[row, exists[row]]
        efficiency[row, exists[row]] = efficiency_ratio(own, rules.span)
        rank[row, exists[row]] = rank_in_memory(volatility_of(own, rules.span), rules.memory)
    known = ~np.isnan(efficiency) & ~np.isnan(rank)
    codes = 1 + 2 * (efficiency >= rules.trend_at) + (rank > rules.volatile_above)
    return Regimes(np.where(known, codes, Regime.UNKNOWN).astype(np.int8), efficiency, rank)


def efficiency_ratio(close: Floats, span: int) -> Floats:
    """The net move of `span` bars over the sum of their moves, 0 to 1, along the last axis; NaN until there
    are so many. A price that did not move did not trend: 0.
    """
    out = np.full(close.shape, np.nan)
    count = close.shape[-1] - span
    if count <= 0:
        return out
    moves = np.abs(np.diff(close))
    path = _window_sum(moves, span)
    net = np.abs(close[..., span:] - close[..., :-span])
    # Rounding can make the sum of moves smaller than their whole.
    out[..., span:] = np.where(path > 0, np.minimum(net, path) / np.where(path > 0, path, 1.0), 0.0 * path)
    return out


def volatility_of(close: Floats, span: int) -> Floats:
    """The deviation (n - 1) of the last `span` log returns, by the last axis; NaN until all are there."""
    out = np.full(close.shape, np.nan)
    if close.shape[-1] <= span:
        return out
    returns = np.diff(np.log(np.where(close > 0, close, np.nan)))
    average = _window_sum(returns, span) / span
    squares = np.zeros(average.shape)
    for k in range(span):
        squares += (returns[..., k : k + average.shape[-1]] - average) ** 2
    out[..., span:] = np.sqrt(squares / (span - 1))
    return out


def rank_in_memory(values: Floats, memory: int) -> Floats:
    """The share of the last `memory` values, the newest among them, that are below the newest, along the last
    axis; NaN until all of them are known.
    """
    out = np.full(values.shape, np.nan)
    count = values.shape[-1] - memory + 1
    if count <= 0:
        return out
    newest = values[..., memory - 1 :]
    lower = np.zeros(newest.shape)
    unknown = np.zeros(newest.shape, dtype=np.bool_)
    for k in range(memory):
        other = values[..., k : k + count]
        lower += other < newest
        unknown |= np.isnan(other)
    out[..., memory - 1 :] = np.where(unknown, np.nan, lower / memory)
    return out


def _window_sum(values: Floats, span: int) -> Floats:
    """Sums of `span` values in a row along the last axis. Added one after the other in every window, so that
    a sum depends neither on where the series begins nor on what comes later.
    """
    count = values.shape[-1] - span + 1
    total = values[..., :count].copy()
    for k in range(1, span):
        total += values[..., k : k + count]
    return total
