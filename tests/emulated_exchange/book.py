"""What is known at which moment of the candles of one timeframe."""

from dataclasses import dataclass

import numpy as np

from tests.emulated_exchange.faults import CANDLE, Faults
from tests.emulated_exchange.market import DECIMALS, Floats, Market

NEVER = np.iinfo(np.int64).max
OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)


@dataclass(frozen=True)
class Row:
    """A candle as it is told; `final` is False of one that is forming."""

    open_ms: int
    values: tuple[float, ...]
    final: bool
    twice: bool = False


class Book:
    """The candles of a market with the faults that befall each of them."""

    def __init__(self, market: Market, faults: Faults):
        self.market, self.faults = market, faults
        rng = np.random.default_rng([faults.seed, market.period_ms])
        shape = market.candles.shape[:2]
        self.masks = {kind: rng.random(shape) < faults.of(kind) for kind in CANDLE}
        # One that comes an hour late comes as it is: nobody reads a bar again after so long.
        self.masks["revised"] &= ~self.masks["missing"]
        self._first = _told_first(market.candles, rng)
        self._exists = ~np.isnan(market.candles[..., CLOSE])

    def close_ms(self, bar: int) -> int:
        """When a bar closes."""
        return int(self.market.opens_ms[bar]) + self.market.period_ms

    def final_ms(self, symbol: int, bar: int) -> int:
        """From when on a bar is told as final; NEVER of one that is lost or does not exist."""
        if not self._exists[symbol, bar] or self.masks["lost"][symbol, bar]:
            return NEVER
        delay = 0.0
        if self.masks["missing"][symbol, bar]:
            delay = self.faults.heal_s
        elif self.masks["late"][symbol, bar]:
            delay = self.faults.late_s
        return self.close_ms(bar) + int(delay * 1000)

    def true_ms(self, symbol: int, bar: int) -> int:
        """From when on its values are the true ones."""
        final = self.final_ms(symbol, bar)
        revised = final != NEVER and self.masks["revised"][symbol, bar]
        return final + int(self.faults.revise_s * 1000) if revised else final

    def row(self, symbol: int, bar: int, *, at_ms: int) -> Row | None:
        """The candle as it is told at a moment; None while it is unknown."""
        opens = int(self.market.opens_ms[bar])
        if not self._exists[symbol, bar] or at_ms < opens:
            return None
        if at_ms < self.close_ms(bar):
            return Row(opens, self.forming(symbol, bar, at_ms=at_ms), final=False)
        if at_ms < self.final_ms(symbol, bar):
            return None
        told = self.market.candles if at_ms >= self.true_ms(symbol, bar) else self._first
        return Row(
            opens, tuple(told[symbol, bar].tolist()), True, bool(self.masks["duplicated"][symbol, bar])
        )

    def forming(self, symbol: int, bar: int, *, at_ms: int) -> tuple[float, ...]:
        """The candle as far as it has come; its volume is always short of the final one."""
        opened, high, low, close, volume = self.market.candles[symbol, bar].tolist()
        part = min((at_ms - int(self.market.opens_ms[bar])) / self.market.period_ms, 0.999)
        now = round(opened + (close - opened) * part, DECIMALS)
        highest = round(max(now, opened, opened + (high - opened) * part), DECIMALS)
        lowest = round(min(now, opened, opened + (low - opened) * part), DECIMALS)
        return (opened, highest, lowest, now, round(volume * part, DECIMALS))

    def bars(self, *, since_ms: int, until_ms: int) -> range:
        """The numbers of the bars that open from `since_ms` to `until_ms`, both included."""
        first = int(np.searchsorted(self.market.opens_ms, since_ms))
        return range(first, int(np.searchsorted(self.market.opens_ms, until_ms, side="right")))

    def truth(self, symbol: int, *, at_ms: int) -> Floats:
        """All bars closed by then that are ever told, as they are told in the end: open time, five values."""
        closed = self.market.opens_ms + self.market.period_ms <= at_ms
        kept = closed & self._exists[symbol] & ~self.masks["lost"][symbol]
        return np.column_stack([self.market.opens_ms[kept], self.market.candles[symbol, kept]])

    def finals(self, symbol: int, bar: int) -> set[tuple[float, ...]]:
        """Every set of values that was or will be told as final; empty of a bar that never is."""
        if self.final_ms(symbol, bar) == NEVER:
            return set()
        true = tuple(self.market.candles[symbol, bar].tolist())
        first = tuple(self._first[symbol, bar].tolist())
        return {true, first} if self.masks["revised"][symbol, bar] else {true}


def _told_first(candles: Floats, rng: np.random.Generator) -> Floats:
    """Other values inside the true bar: another close, and less volume than in the end."""
    first = candles.copy()
    share = rng.uniform(0.3, 0.7, candles.shape[:2])
    first[..., CLOSE] = candles[..., LOW] + (candles[..., HIGH] - candles[..., LOW]) * share
    first[..., VOLUME] = candles[..., VOLUME] * 0.9995
    return np.round(first, DECIMALS)
