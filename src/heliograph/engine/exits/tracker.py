"""Exits: from candidates to finished trades, block by block."""

import hashlib
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Bars, Floats, Times
from heliograph.engine.errors import BadBars, BadSnapshot
from heliograph.engine.exits.advance import ROOM, advance, finish
from heliograph.engine.exits.inputs import Inputs, finer_of, prices_of
from heliograph.engine.exits.records import SLOT_WIDTH, Block, Book, Counts, Records
from heliograph.engine.exits.rules import Rules
from heliograph.engine.exits.slots import slots_of, state_of
from heliograph.engine.timeframe import Timeframe


@dataclass(frozen=True, slots=True)
class Events:
    """What a block of bars brought: structured arrays (see records.py), by instrument, then time, long
    before short.

    `verdicts` is int64[N, 2, len(REJECTS)]: candidates per instrument, side (long, short) and verdict, 0
    = published. `undecided` int64[N] counts the bars with stop and target inside for which finer bars
    were lacking: the stop counted. `consumed` int64[N] is how many bars of the block are done: all of
    them but for an instrument that is held back.
    """

    candidates: Records
    entries: Records
    parts: Records
    exits: Records
    verdicts: Counts
    undecided: Counts
    consumed: Counts


@dataclass(frozen=True, slots=True)
class Recording:
    """What to write down besides finished trades, missed entries and counts; backtests of many bars need
    no more.
    """

    candidates: bool = True
    entries: bool = True
    parts: bool = True


EVERYTHING = Recording()


class Exits:
    """The slots of N instruments under one set of rules."""

    def __init__(self, rules: Rules, *, instruments: int, recording: Recording = EVERYTHING):
        self.rules = rules
        self._numbers = rules.numbers()
        self._state = np.zeros((instruments, 2, SLOT_WIDTH))
        self._recording = recording
        self._unknown = np.zeros((1, 0))
        self._book = self._blank_book(2 * ROOM)

    @classmethod
    def from_slots(cls, rules: Rules, slots: Records, *, instruments: int) -> "Exits":
        """Exits as they were when `slots` was taken."""
        exits = cls(rules, instruments=instruments)
        exits._state = state_of(slots, instruments)
        return exits

    @property
    def instruments(self) -> int:
        """N, the number of rows."""
        return len(self._state)

    @property
    def state(self) -> Floats:
        """A copy of the state, float64[N, 2, SLOT_WIDTH]; `slots_of` makes rows of it."""
        return self._state.copy()

    def slots(self) -> Records:
        """Everything that is open, waits or cools down, one row each; see SLOT in records.py."""
        return slots_of(self._state)

    def advance(
        self,
        bars: Bars,
        inputs: Inputs,
        *,
        finer: Bars | None = None,
        timeframe: Timeframe | None = None,
        hold: bool = False,
    ) -> Events:
        """Advance over a block of bars of `timeframe`.

        `finer` decides what came first inside a bar, where the rules say `intrabar`. Where it is lacking
        the stop counts; with `hold` the instrument stops before that bar instead, so that it can be
        advanced again later.
        """
        if bars.instruments != self.instruments:
            raise BadBars(f"The block has {bars.instruments} instruments, the exits {self.instruments}.")
        if self._unknown.shape[1] != len(bars):
            self._unknown = np.full((1, len(bars)), np.nan)
        (long, short), confidence = inputs.arrays(self.instruments, self._unknown)
        block = Block(prices_of(bars), long, short, confidence, finer_of(bars, finer, timeframe), hold)
        self._empty_book()
        while not advance(self._state, self._numbers, block, self._book):
            self._grow_book()
        return self._events()

    def finish(self, *, time: Times, close: Floats) -> Events:
        """Leave what is open at each instrument's last close, as `end`; int64[N] and float64[N]."""
        self._empty_book()
        while not finish(self._state, self._numbers, time, close, self._book):
            self._grow_book()
        return self._events()

    def snapshot(self) -> bytes:
        """The state as bytes, for `restore`."""
        return self._stamp() + self._state.tobytes()

    def restore(self, snapshot: bytes) -> None:
        """Go back to a snapshot of the same rules and number of instruments; BadSnapshot if it is
        another's.
        """
        stamp = self._stamp()
        if not snapshot.startswith(stamp) or len(snapshot) != len(stamp) + self._state.nbytes:
            raise BadSnapshot("This snapshot of the exits is of other rules, instruments or another release.")
        self._state = np.frombuffer(snapshot, offset=len(stamp)).reshape(self._state.shape).copy()

    def _stamp(self) -> bytes:
        facts = repr((SLOT_WIDTH, self.instruments, self._numbers.tolist()))
        return b"exits1" + hashlib.sha256(facts.encode()).digest()

    def _blank_book(self, capacity: int) -> Book:
        keep = self._recording
        book = Book.blank(self.instruments, capacity, only_missed=not keep.entries)
        return book._replace(
            candidates=book.candidates[: capacity * keep.candidates],
            parts=book.parts[: capacity * keep.parts],
        )

    def _empty_book(self) -> None:
        book = self._book
        for counts in (book.log.used, book.verdicts, book.undecided, book.consumed, book.held_back):
            counts[...] = 0

    def _grow_book(self) -> None:
        """Twice the room, with all that is written so far."""
        old = self._book
        new = self._blank_book(2 * len(old.log.exits))
        before = (old.candidates, old.entries, old.parts, old.log.exits)
        after = (new.candidates, new.entries, new.parts, new.log.exits)
        for into, written, count in zip(after, before, old.log.used, strict=True):
            into[:count] = written[:count]
        self._book = old._replace(
            candidates=new.candidates,
            entries=new.entries,
            parts=new.parts,
            log=old.log._replace(exits=new.log.exits),
        )

    def _events(self) -> Events:
        book = self._book
        candidates, entries, parts, exits = book.log.used
        return Events(
            candidates=book.candidates[:candidates].copy(),
            entries=book.entries[:entries].copy(),
            parts=book.parts[:parts].copy(),
            exits=book.log.exits[:exits].copy(),
            verdicts=book.verdicts.copy(),
            undecided=book.undecided.copy(),
            consumed=book.consumed.copy(),
        )
