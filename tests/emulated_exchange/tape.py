"""When a socket is told what, in the order of the exchange's clock."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.emulated_exchange.book import NEVER, Book


@dataclass(frozen=True, order=True)
class Moment:
    """What is due at a moment: the state of a bar for all symbols, or for the late ones."""

    at_ms: int
    bar: int
    closing: bool
    late: tuple[int, ...] = ()


class Tape:
    """The moments of one timeframe from `since_ms` on."""

    def __init__(self, timeframe: str, book: Book, *, since_ms: int):
        self.timeframe, self.book, self.since_ms = timeframe, book, since_ms
        self._moments: list[Moment] = []
        # The bar under way counts: its later updates and its close are still to be told.
        self._bar = max(0, int(np.searchsorted(book.market.opens_ms, since_ms, side="right")) - 1)

    def upto(self, at_ms: int) -> Iterator[Moment]:
        """What has become due until a moment."""
        while self._next_open() <= at_ms:
            self._plan(self._bar)
            self._bar += 1
        while self._moments and self._moments[0].at_ms <= at_ms:
            moment = heapq.heappop(self._moments)
            if moment.at_ms > self.since_ms:
                yield moment

    def next_ms(self) -> int:
        """When something is due next; NEVER where the tape has ended."""
        return min(self._next_open(), self._moments[0].at_ms if self._moments else NEVER)

    def postpone(self, moment: Moment) -> None:
        """Plan the late symbols of a bar that has just closed."""
        late = np.flatnonzero(self.book.masks["late"][:, moment.bar]).tolist()
        due: dict[int, list[int]] = {}
        for symbol in late:
            due.setdefault(self.book.final_ms(symbol, moment.bar), []).append(symbol)
        for at_ms, symbols in due.items():
            # What is missing is not told over a socket: it has to be asked for.
            if at_ms <= moment.at_ms + self.book.faults.late_s * 1000:
                heapq.heappush(self._moments, Moment(at_ms, moment.bar, True, tuple(symbols)))

    def _next_open(self) -> int:
        opens = self.book.market.opens_ms
        return int(opens[self._bar]) if self._bar < len(opens) else NEVER

    def _plan(self, bar: int) -> None:
        updates = self.book.faults.forming_updates
        step = self.book.market.period_ms / (updates + 1)
        opens = int(self.book.market.opens_ms[bar])
        for update in range(1, updates + 1):
            heapq.heappush(self._moments, Moment(opens + int(step * update), bar, False))
        heapq.heappush(self._moments, Moment(self.book.close_ms(bar), bar, True))
