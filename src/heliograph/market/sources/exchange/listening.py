"""One WebSocket of ccxt.pro, heard until it breaks or falls silent.

Only a candle that its venue calls closed is taken from a stream. Binance says so in each message. Of other
venues the next bar is a sign that one is over, but not that its last message reached us: then the bar is
asked for over REST, at once.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heliograph.market.models import Venue
from heliograph.market.sources.exchange.arrivals import Arrival, Subscription
from heliograph.market.sources.exchange.ccxt_setup import make_stream
from heliograph.market.sources.exchange.errors import VenueDown

# Exchanges whose messages say that a candle is closed.
SAYS_CLOSED = frozenset({"binance", "binanceus", "binanceusdm", "binancecoinm"})
# Of one series ccxt keeps the forming candle and the one before it.
KEPT_CANDLES = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: a socket that is silent for `quiet` is replaced; candles are stored together each `gather`."""

    quiet: float = 30.0
    # Of one series: so many of its intervals, but not less than `quiet`.
    intervals: float = 2.0
    gather: float = 0.1
    first_pause: float = 0.5
    longest_pause: float = 30.0


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears of a candle that its venue calls closed, and of a series whose bar seems to be over."""

    closed: Callable[[Arrival], None]
    over: Callable[[Subscription], None]
    # Series that were silent on the last socket too: another one would not make them speak.
    forgiven: set[Subscription] = field(default_factory=set)


class Quiet(VenueDown):
    """A stream fell silent."""


class Socket:
    """Listens to some series of a venue over one connection."""

    def __init__(
        self,
        venue: Venue,
        series: Sequence[Subscription],
        *,
        markets: Mapping[str, Any],
        ears: Ears,
        pace: Pace,
        says_closed: bool,
    ) -> None:
        self._venue, self._pace, self._ears = venue, pace, ears
        self._says_closed = says_closed
        self._exchange = make_stream(venue)
        self._exchange.enableRateLimit = False
        self._exchange.options["OHLCVLimit"] = KEPT_CANDLES
        for name, value in markets.items():
            setattr(self._exchange, name, value)
        self._series = {(one.symbol, one.timeframe): one for one in series}
        self._heard_at = dict.fromkeys(series, time.monotonic())
        self._opens: dict[Subscription, int] = {}

    async def listen(self) -> None:
        """Until the connection breaks (VenueDown) or falls silent (Quiet)."""
        if self._says_closed:
            self._told = self._exchange.handle_ohlcv
            self._exchange.handle_ohlcv = self._hear
        try:
            async with asyncio.TaskGroup() as group:
                for part in self._hearing():
                    group.create_task(part)
                group.create_task(self._watch_over())
        except BaseExceptionGroup as faults:
            raise self._named(faults.exceptions[0]) from faults
        finally:
            await self._exchange.close()

    def _named(self, fault: BaseException) -> BaseException:
        """What broke the socket as a fault of the venue; anything else is a fault of ours and stays."""
        import aiohttp
        import ccxt

        if isinstance(fault, ccxt.BaseError | aiohttp.ClientError | OSError):
            return VenueDown(self._venue.name, f"its stream broke off ({type(fault).__name__}).")
        return fault

    def _hearing(self) -> list[Coroutine[Any, Any, None]]:
        wanted = [[one.symbol, one.timeframe] for one in self._series.values()]
        if self._exchange.has.get("watchOHLCVForSymbols") is True:
            return [self._hear_many(wanted)]
        return [self._hear_one(symbol, timeframe) for symbol, timeframe in wanted]

    async def _hear_many(self, wanted: list[list[str]]) -> None:
        """Subscribe; go on reading only where the messages do not come through `_hear`.

        Each reading costs ccxt a look at all that is wanted: with hundreds of series more than it can.
        """
        while True:
            found = await self._exchange.watch_ohlcv_for_symbols(wanted)
            if self._says_closed:
                return
            for symbol, frames in found.items():
                for timeframe, candles in frames.items():
                    self._see((symbol, timeframe), candles)

    async def _hear_one(self, symbol: str, timeframe: str) -> None:
        while True:
            self._see((symbol, timeframe), await self._exchange.watch_ohlcv(symbol, timeframe))

    def _hear(self, client: Any, message: Mapping[str, Any]) -> None:
        self._told(client, message)
        kline = message.get("k") or {}
        kind = "spot" if self._exchange.is_spot_url(client) else "contract"
        symbol = self._exchange.safe_symbol(kline.get("s"), None, None, kind)
        one = self._series.get((symbol, self._exchange.find_timeframe(kline.get("i"))))
        if one is None:
            return
        self._spoke(one)
        if kline.get("x") is True:
            # As they are: they are judged with the candle.
            numbers = [kline.get(name) for name in ("o", "h", "l", "c", "v")]
            told_at = message.get("E")
            self._ears.closed(
                Arrival(one, (kline.get("t"), *numbers), told_at if isinstance(told_at, int) else None)
            )

    def _see(self, name: tuple[str, str], candles: Sequence[Sequence[Any]]) -> None:
        """A bar of which a later one is seen is over."""
        one = self._series.get(name)
        if one is None or not candles:
            return
        self._spoke(one)
        newest = max(int(candle[0]) for candle in candles)
        if newest > self._opens.setdefault(one, newest):
            self._opens[one] = newest
            self._ears.over(one)

    def _spoke(self, one: Subscription) -> None:
        self._heard_at[one] = time.monotonic()
        self._ears.forgiven.discard(one)

    async def _watch_over(self) -> None:
        while True:
            await asyncio.sleep(min(self._pace.quiet / 4, 1.0))
            clients = list(self._exchange.clients.values())
            broken = not clients or all(client.error or client.closed() for client in clients)
            if self._opened(clients) and broken:
                raise VenueDown(self._venue.name, "its stream broke off.")
            now = time.monotonic()
            if now - max(self._heard_at.values()) > self._pace.quiet:
                raise Quiet(self._venue.name, f"its stream says nothing for {self._pace.quiet:g} s.")
            if silent := self._silent(now) - self._ears.forgiven:
                self._ears.forgiven.update(silent)
                names = ", ".join(sorted({one.symbol for one in silent})[:3])
                raise Quiet(self._venue.name, f"its stream says nothing of {names} while others speak.")

    def _opened(self, clients: Sequence[Any]) -> bool:
        """True once the connection stood; before that ccxt's own time-out counts."""
        self._stood = getattr(self, "_stood", False) or any(client.isConnected for client in clients)
        return self._stood

    def _silent(self, now: float) -> set[Subscription]:
        """The series that say nothing for some of their intervals."""
        return {
            one
            for one, heard in self._heard_at.items()
            if now - heard > max(self._pace.intervals * one.interval_ms / 1000, self._pace.quiet)
        }
