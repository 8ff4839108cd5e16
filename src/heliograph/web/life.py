"""The levels and the life of one signal, in words."""

from dataclasses import dataclass
from datetime import UTC, datetime

from heliograph.engine.timeframe import Timeframe
from heliograph.signals.items import SignalItem
from heliograph.web.chart import last_price, remaining
from heliograph.web.numbers import fixed
from heliograph.web.rows import targets_in_r

LEFT = {
    "target": "left at its last target",
    "stop": "left at the stop",
    "exit": "left as its exit came true",
    "opposite": "left for the other side",
    "expired": "left as it expired",
    "end": "left at the end of the data",
}
ENDED = {"opposite": "for the other side", "expired": "as it expired", "end": "at the end of the data"}
SHARES = {0.5: "half", 0.25: "a quarter", 0.75: "three quarters", 0.3333: "a third", 0.6667: "two thirds"}


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
        part = spelled(fractions[place]) if place < len(fractions) else ""
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
        left = f"{spelled(part['fraction'])} left at target {part['target']:.0f}"
        events.append(LifeEvent(moment, _begun(f"{left}, {fixed(part['price'], decimals)}")))
    if item.exit_time is not None and item.exit_reason != "target":
        left = f"{spelled(remaining(item))} {LEFT.get(str(item.exit_reason), 'left')}"
        price = fixed(last_price(item), decimals)
        events.append(LifeEvent(item.exit_time, _begun(f"{left}, {price}")))
    if item.exit_time is not None:
        bars = f"{item.bars_held} bar{'' if item.bars_held == 1 else 's'}"
        events.append(
            LifeEvent(item.exit_time, f"Settled after {bars}, mean {fixed(item.exit_price, decimals)}")
        )
    return events


def ending(item: SignalItem) -> str:
    """`half at T1, half at exit`; empty where it left in one piece, or has not left."""
    if item.state != "settled" or remaining(item) == 1 or spelled(item.parts[0]["fraction"]) == "":
        return ""
    pieces = [f"{spelled(part['fraction'])} at T{part['target']:.0f}" for part in item.parts]
    if remaining(item) > 0:
        how = ENDED.get(str(item.exit_reason), f"at {item.exit_reason}")
        pieces.append(f"{spelled(remaining(item))} {how}")
    return ", ".join(pieces)


def spelled(fraction: float) -> str:
    """`half`, else percent; nothing for the whole."""
    found = round(fraction, 4)
    return "" if found == 1 else SHARES.get(found, f"{fraction * 100:.0f} %")


def _begun(words: str) -> str:
    text = words.strip()
    return text[:1].upper() + text[1:]


def _published(item: SignalItem) -> str:
    if item.historical:
        return "Bar closed; found later, in history"
    return "Bar closed; found late" if item.late else "Bar closed, published"


def _end(open_time: datetime, timeframe: str) -> datetime:
    end = Timeframe.parse(timeframe).end(int(open_time.timestamp()) * 1000)
    return datetime.fromtimestamp(end / 1000, UTC)
