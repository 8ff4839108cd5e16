"""The state of an emulated exchange: its market, what is listed, and which faults are due."""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tests.emulated_exchange.book import NEVER, Book, Row
from tests.emulated_exchange.clock import Clock
from tests.emulated_exchange.faults import CANDLE, KINDS, Faults
from tests.emulated_exchange.market import Floats, Market
from tests.emulated_exchange.served import Served
from tests.emulated_exchange.shapes import identity


@dataclass(frozen=True)
class Listing:
    """When a symbol trades; one that was removed is unknown to the exchange."""

    begins_ms: int = 0
    ends_ms: int = NEVER
    removed: bool = False


class Venue:
    """What the requests and the sockets answer from; safe to steer from another thread."""

    def __init__(self, market: Market, faults: Faults, clock: Clock):
        self.market, self.faults, self.clock = market, faults, clock
        self.served = Served()
        self.books = {market.timeframe: Book(market, faults)}
        self.row_of = {identity(symbol): row for row, symbol in enumerate(market.symbols)}
        self.listings = dict.fromkeys(market.symbols, Listing())
        self._rng = np.random.default_rng([faults.seed, 1])
        self._due: Counter[str] = Counter()
        self._lock = threading.Lock()

    def inject(self, kind: str, *, times: int = 1) -> None:
        """Let the next occasions of this kind have the fault, whatever its rate is."""
        if kind not in KINDS or kind in CANDLE:
            raise ValueError(f"{kind} is no fault of a request, an answer or a socket")
        with self._lock:
            self._due[kind] += times

    def mark(
        self, kind: str, symbol: str, opened: datetime, *, timeframe: str | None = None, befalls: bool = True
    ) -> None:
        """Let a fault befall one candle, or let it be as it should again."""
        book = self.book(timeframe or self.market.timeframe)
        opens_ms = int(opened.timestamp() * 1000)
        (bar,) = book.bars(since_ms=opens_ms, until_ms=opens_ms)
        book.masks[kind][self.market.symbols.index(symbol), bar] = befalls

    def strikes(self, kind: str) -> bool:
        """Whether this occasion has the fault: asked for, or by its rate; counted if so."""
        with self._lock:
            struck = self._due[kind] > 0
            self._due[kind] -= struck
            struck = struck or bool(self._rng.random() < self.faults.of(kind))
            self.served.faults[kind] += struck
        return struck

    def book(self, timeframe: str) -> Book:
        """The candles of a timeframe."""
        with self._lock:
            if timeframe not in self.books:
                self.books[timeframe] = Book(self.market.at(timeframe), self.faults)
            return self.books[timeframe]

    def told_ms(self, at_ms: int | None = None) -> int:
        """The time that the exchange tells at a moment (default: now)."""
        return (self.clock.ms if at_ms is None else at_ms) + int(self.faults.skew_s * 1000)

    def listed(self) -> list[tuple[str, str]]:
        """Symbols with their status, without those that are not listed yet or were removed."""
        now = self.clock.ms
        return [
            (symbol, "TRADING" if now < listing.ends_ms else "BREAK")
            for symbol, listing in self.listings.items()
            if listing.begins_ms <= now and not (listing.removed and now >= listing.ends_ms)
        ]

    def knows(self, name: str) -> bool:
        """Whether a symbol such as BTCUSDT is in its list now."""
        return name in {identity(symbol) for symbol, _ in self.listed()}

    def row(self, book: Book, symbol: int, bar: int, *, at_ms: int) -> Row | None:
        """The candle as it is told at a moment, where the symbol trades then."""
        listing = self.listings[self.market.symbols[symbol]]
        opens = int(book.market.opens_ms[bar])
        if opens < listing.begins_ms or book.close_ms(bar) > listing.ends_ms:
            return None
        row = book.row(symbol, bar, at_ms=at_ms)
        if row is None and at_ms >= book.close_ms(bar):
            self._count_silence(book, symbol, bar)
        return row

    def truth(self, symbol: str, *, timeframe: str, at_ms: int) -> Floats:
        """The final candles closed by then: open time in milliseconds and five values."""
        listing = self.listings[symbol]
        found = self.book(timeframe).truth(self.market.symbols.index(symbol), at_ms=at_ms)
        period = self.book(timeframe).market.period_ms
        traded = (found[:, 0] >= listing.begins_ms) & (found[:, 0] + period <= float(listing.ends_ms))
        return found[traded]

    def _count_silence(self, book: Book, symbol: int, bar: int) -> None:
        for kind in ("late", "missing", "lost"):
            self.served.faults[kind] += bool(book.masks[kind][symbol, bar])
