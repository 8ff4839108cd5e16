"""What a step tells about each signal: the events of the exits kernel, gathered by signal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from heliograph.engine.exits import EXIT_REASONS, Events
from heliograph.engine.exits.records import Records
from heliograph.signals.models import Outcome

State = Outcome.State


class Key(NamedTuple):
    """A signal of a shard: its instrument's row, 1 for long or -1 for short, and the open of its bar (ms)."""

    row: int
    side: int
    time: int


class Part(NamedTuple):
    """A part taken at a target; the time is the open of its bar (ms)."""

    target: int
    time: int
    price: float
    fraction: float


@dataclass(slots=True)
class Life:
    """How far a signal has come by the end of a step; what the step does not tell is None. Times in ms."""

    state: str
    entry_time: int | None = None
    entry_price: float | None = None
    exit_time: int | None = None
    exit_price: float | None = None
    exit_reason: str = ""
    r: float | None = None
    return_pct: float | None = None
    fees_pct: float | None = None
    mfe_r: float | None = None
    mae_r: float | None = None
    bars_held: int | None = None
    parts: list[Part] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """True unless it is pending or open."""
        return self.state not in Outcome.RUNNING


def gather(events: Events, *, alert_only: bool) -> dict[Key, Life]:
    """The lives that the events of a block begin, continue or end."""
    lives: dict[Key, Life] = {}
    begun = State.UNSCORED if alert_only else State.PENDING
    for row, side, time, published in _tuples(
        events.candidates, "instrument", "side", "bar_time", "published"
    ):
        if published:
            lives[Key(row, side, time)] = Life(begun)
    for row, side, time, missed, entry_time, price in _tuples(
        events.entries, "instrument", "side", "signal_time", "missed", "entry_time", "entry_price"
    ):
        life = lives.setdefault(Key(row, side, time), Life(State.PENDING))
        life.state = State.MISSED if missed else State.OPEN
        if not missed:
            life.entry_time, life.entry_price = entry_time, price
    for row, side, time, *part in _tuples(
        events.parts, "instrument", "side", "signal_time", "target", "time", "price", "fraction"
    ):
        lives.setdefault(Key(row, side, time), Life(State.OPEN)).parts.append(Part(*part))
    _end(lives, events.exits)
    return lives


def _end(lives: dict[Key, Life], exits: Records) -> None:
    measures = ("r", "return_pct", "fees_pct", "mfe_r", "mae_r")
    for row, side, time, reason, entry_time, entry_price, exit_time, exit_price, held, *measured in _tuples(
        exits,
        *("instrument", "side", "signal_time", "reason"),
        *("entry_time", "entry_price", "exit_time", "exit_price", "bars_held"),
        *measures,
    ):
        life = lives.setdefault(Key(row, side, time), Life(State.OPEN))
        life.state, life.exit_reason = State.SETTLED, EXIT_REASONS[reason].value
        life.entry_time, life.entry_price = entry_time, entry_price
        life.exit_time, life.exit_price, life.bars_held = exit_time, exit_price, held
        for name, value in zip(measures, measured, strict=True):
            setattr(life, name, known(value))


def known(value: float) -> float | None:
    """None for NaN: what is unknown has no number in a row."""
    return None if value != value else value


def _tuples(records: Records, *names: str) -> Iterable[tuple]:
    return zip(*(records[name].tolist() for name in names), strict=True)
