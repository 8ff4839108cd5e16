"""One venue's REST API through ccxt: asked at its pace, its failures by name."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import stamina

from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.kit.clock import utc_now
from heliograph.market.models import Venue
from heliograph.market.sources.exchange.allowance import take_slot
from heliograph.market.sources.exchange.answers import is_moment
from heliograph.market.sources.exchange.ccxt_setup import key_name, make_exchange
from heliograph.market.sources.exchange.errors import BadAnswer, RateLimited, VenueDown
from heliograph.market.sources.exchange.naming import Heard, named
from heliograph.market.wire import to_datetime

# What is tried again is no news; what fails for good is raised and told once.
stamina.instrumentation.set_on_retry_hooks([])

T = TypeVar("T")
TRIES = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 3.0
# How many candles an answer has where ccxt does not know the most.
USUAL_LIMIT = 500
OK = range(200, 400)
OLD_LIST_SECONDS = 600.0
LIST = ("markets", "markets_by_id", "symbols", "ids", "currencies", "currencies_by_id", "codes")


@dataclass(frozen=True, slots=True)
class Market:
    """One symbol of a venue's list. `listed_at` is None where the venue does not say."""

    symbol: str
    active: bool
    listed_at: datetime | None


class Client:
    """Asks one venue. One thread at a time may use it."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self._exchange = make_exchange(venue)
        self._status = 0
        self._headers: dict[str, str] = {}
        self._exchange.enableRateLimit = True
        self._exchange.throttle = self._throttle
        self._exchange.on_rest_response = self._remember
        self._exchange.parse_json = self._parse

    @property
    def timeframes(self) -> tuple[str, ...]:
        """Those of ours that the venue has."""
        return tuple(name for name in TIMEFRAMES if name in (self._exchange.timeframes or {}))

    @property
    def limit(self) -> int:
        """How many candles one answer holds at most."""
        spot = ((self._exchange.features or {}).get("spot") or {}).get("fetchOHLCV") or {}
        return int(spot.get("limit") or USUAL_LIMIT)

    def markets(self) -> list[Market]:
        """All symbols, asked anew."""
        found = self._ask("its list of symbols", lambda: self._exchange.load_markets(True))
        if not isinstance(found, dict) or not found:
            raise BadAnswer(self.venue.name, "its list of symbols is empty.")
        _lists[_key(self.venue)] = (time.monotonic(), {name: getattr(self._exchange, name) for name in LIST})
        return [_market(one) for one in found.values()]

    def know_markets(self, *, younger_than: float = float("inf")) -> bool:
        """Have the list of symbols: the one that this process read last, or a new one; True if it is new."""
        read, known = _lists.get(_key(self.venue), (0.0, {}))
        if known and time.monotonic() - read < younger_than:
            for name, value in known.items():
                setattr(self._exchange, name, value)
            return False
        self.markets()
        return True

    def list_of_markets(self) -> dict[str, Any]:
        """The same as ccxt keeps it, for other clients of ccxt."""
        self.know_markets()
        return {name: getattr(self._exchange, name) for name in LIST}

    def clock(self) -> int | None:
        """UTC milliseconds at the venue; None if it does not tell."""
        if self._exchange.has.get("fetchTime") is not True:
            return None
        told = self._ask("its time", self._exchange.fetch_time)
        if not isinstance(told, int):
            raise BadAnswer(self.venue.name, f"its time is {str(told)[:40]!r}, not a number.")
        return told

    def candles(self, symbol: str, timeframe: str, *, since: int, limit: int) -> list[object]:
        """Candles that open at or after `since` (UTC milliseconds), as ccxt gives them."""
        what = f"{symbol} {timeframe}"
        self.know_markets()
        # A symbol that was listed since the list was read.
        if symbol not in self._exchange.markets:
            self.know_markets(younger_than=OLD_LIST_SECONDS)
        answer = self._ask(
            what, lambda: self._exchange.fetch_ohlcv(symbol, timeframe, since=since, limit=limit)
        )
        if not isinstance(answer, list):
            raise BadAnswer(self.venue.name, f"its answer for {what} is not a list of candles.")
        return answer

    def _ask(self, what: str, call: Callable[[], T]) -> T:
        for attempt in stamina.retry_context(
            on=worth_trying_again,
            attempts=TRIES,
            wait_initial=FIRST_PAUSE,
            wait_max=LONGEST_PAUSE,
            wait_jitter=FIRST_PAUSE,
        ):
            with attempt:
                return self._once(what, call)
        raise AssertionError("stamina raises the last fault")

    def _once(self, what: str, call: Callable[[], T]) -> T:
        import ccxt

        self._status, self._headers = 0, {}
        try:
            return call()
        except ccxt.BaseError as fault:
            heard = Heard(self._status, self._headers)
            raise named(fault, venue=self.venue, what=what, heard=heard) from fault
        except (TypeError, KeyError, ValueError, AttributeError, IndexError) as fault:
            # Raised inside ccxt, which takes for granted that the answer has the right shape.
            raise BadAnswer(self.venue.name, f"its answer for {what} cannot be read ({fault}).") from fault

    def _throttle(self, cost: float | None = None) -> None:
        step = self.venue.interval_ms
        if step is None:
            step = self._exchange.rateLimit * (1 if cost is None else cost)
        take_slot(self.venue.pk, name=self.venue.name, step_ms=float(step))

    def _remember(self, code: int, _reason: str, *rest: Any) -> str:
        self._status, self._headers = code, rest[2]
        return str(rest[3])

    def _parse(self, body: str) -> object:
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as fault:
            if self._status not in OK:
                return None
            page = body.lstrip().startswith("<")
            what = "a web page" if page else "JSON that breaks off or is none" if body else "nothing"
            raise BadAnswer(self.venue.name, f"it answered with {what}.") from fault


def worth_trying_again(fault: Exception) -> bool:
    """True if the same question may be answered moments later."""
    if isinstance(fault, RateLimited):
        return fault.until - utc_now() < timedelta(seconds=LONGEST_PAUSE)
    return isinstance(fault, VenueDown | BadAnswer)


@contextmanager
def client_for(venue: Venue) -> Iterator[Client]:
    """A client of this process for the venue, kept for the next who asks: its connection stays open."""
    idle = _idle.setdefault(_key(venue), SimpleQueue())
    try:
        client = idle.get_nowait()
        client.venue = venue
    except Empty:
        client = Client(venue)
    try:
        yield client
    finally:
        idle.put(client)


def _key(venue: Venue) -> tuple[object, ...]:
    keys = tuple(sorted((name, value) for name, value in os.environ.items() if name == key_name(venue.name)))
    return venue.pk, venue.exchange, venue.url, keys


# By venue: clients that nobody uses now, and the list of symbols with the time at which it was read.
_idle: dict[tuple[object, ...], SimpleQueue[Client]] = {}
_lists: dict[tuple[object, ...], tuple[float, dict[str, Any]]] = {}


def _market(one: dict[str, Any]) -> Market:
    created = one.get("created")
    listed = to_datetime(created) if is_moment(created) else None
    return Market(one["symbol"], one.get("active") is not False, listed)
