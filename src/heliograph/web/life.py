"""The levels and the life of one signal, in words."""

from dataclasses import dataclass
from datetime import UTC, datetime

from heliograph.engine.timeframe import Timeframe
from heliograph.signals.items import SignalItem
from heliograph.web.chart import share
from heliograph.web.numbers import fixed
from heliograph.web.rows import targets_in_r

LEFT = {
    "target": "Left at its last target",
    "stop": "Left at the stop",
    "exit": "Left as its exit came true",
    "opposite": "Left for the other side",
    "expired": "Expired",
    "end": "Left at the end of the data",
}


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A row of the table of levels; `price` and `r` are None where unknown."""

    name: str
    price: float | None
    r: float | None


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """What happened at a bar, or at its close."""

    at: datetime
    words: str


def level_rows(item: SignalItem, fractions: tuple[float, ...]) -> list[LevelRow]:
    """Stop, entry and targets with their distance in R."""
    in_r = targets_in_r(item)
    rows = [LevelRow("Stop", item.stop, -1.0 if item.stop is not None else None)]
    rows.append(LevelRow("Entry", item.entry_price, 0.0 if item.entry_price is not None else None))
    for place, price in enumerate(item.targets):
        part = share(fractions[place]) if place < len(fractions) else ""
        name = f"Target {place + 1}, {part}" if part else f"Target {place + 1}"
        rows.append(LevelRow(name, price, in_r[place] if in_r else None))
    return rows


def life_of(item: SignalItem, decimals: int) -> list[LifeEvent]:
    """Everything that happened, oldest first."""
    closed = _end(item.signal_time, item.timeframe)
    if item.state == "rejected":
        return [LifeEvent(closed, "Bar closed, candidate rejected")]
    events = [LifeEvent(closed, _published(item))]
    if item.state == "missed":
        events.append(LifeEvent(closed, "Missed: the next bar opened at or beyond a level"))
    if item.entry_time is not None:
        events.append(LifeEvent(item.entry_time, f"Entered at {fixed(item.entry_price, decimals)}"))
    for part in item.parts:
        moment = datetime.fromtimestamp(part["time"] / 1000, UTC)
        left = f"{share(part['fraction']) or 'All'} left at target {part['target']}"
        events.append(LifeEvent(moment, f"{left}, {fixed(part['price'], decimals)}"))
    if item.exit_time is not None and item.exit_reason != "target":
        events.append(LifeEvent(item.exit_time, LEFT.get(str(item.exit_reason), "Left")))
    if item.exit_time is not None:
        bars = f"{item.bars_held} bar{'' if item.bars_held == 1 else 's'}"
        events.append(
            LifeEvent(item.exit_time, f"Settled after {bars}, mean {fixed(item.exit_price, decimals)}")
        )
    return events


def _published(item: SignalItem) -> str:
    if item.historical:
        return "Bar closed; found later, in history"
    return "Bar closed; found late" if item.late else "Bar closed, published"


def _end(open_time: datetime, timeframe: str) -> datetime:
    end = Timeframe.parse(timeframe).end(int(open_time.timestamp()) * 1000)
    return datetime.fromtimestamp(end / 1000, UTC)
