"""What the candle chart of a page is given: plain lists, so that it draws without asking again."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

import numpy as np

from heliograph.engine.timeframe import Timeframe
from heliograph.market.coverage import gaps_of
from heliograph.signals.items import SignalItem
from heliograph.web.numbers import fixed, price_decimals
from heliograph.web.reads.candles import Bar

MOST_MISSING = 500


@dataclass(frozen=True, slots=True)
class Level:
    """A price that was fixed: `kind` is stop, entry or target."""

    kind: str
    name: str
    price: float
    text: str


@dataclass(frozen=True, slots=True)
class Zone:
    """From entry to exit (`end` is None while open), in seconds; prices of the entry and its bounds."""

    start: int
    end: int | None
    entry: float
    stop: float | None
    target: float | None


@dataclass(frozen=True, slots=True)
class Marker:
    """A shape at a bar with its word; `tone` names a colour token; `below` is the side of the word."""

    time: int
    price: float | None
    shape: str
    word: str
    tone: str
    below: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator over the bars; unknown values are left out.

    `dash` is solid, dashed or long, of a higher timeframe dotted or sparse. Pane 0 are the candles.
    `decimals` are those of the prices unless given.
    """

    name: str
    dash: str
    points: list[tuple[int, float]]
    pane: int = 0
    decimals: int | None = None

    def at(self, time: int | None) -> float | None:
        """The value at a bar."""
        return next((value for moment, value in self.points if moment == time), None)


@dataclass(frozen=True, slots=True)
class Guide:
    """A constant that the lines of a pane are compared with."""

    pane: int
    value: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Times are seconds UTC of bar opens. `gaps` are the opens of missing bars."""

    decimals: int
    daily: bool
    candles: list[tuple[int, float, float, float, float]]
    gaps: list[int] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    zone: Zone | None = None
    markers: list[Marker] = field(default_factory=list)
    lines: Sequence[Line] = ()
    guides: Sequence[Guide] = ()
    focus: int | None = None

    def plain(self) -> dict[str, object]:
        """For JSON. Each line also has its value at the focus or else at the newest bar, written; `panes`
        counts those below."""
        return asdict(self) | {
            "lines": [self._line(line) for line in self.lines],
            "panes": max((line.pane for line in self.lines), default=0),
        }

    def _line(self, line: Line) -> dict[str, object]:
        decimals = self.decimals if line.decimals is None else line.decimals
        shown = self.focus if self.focus is not None else self._newest
        return asdict(line) | {"decimals": decimals, "at_focus": fixed(line.at(shown), decimals)}

    @property
    def _newest(self) -> int | None:
        return self.candles[-1][0] if self.candles else None


def seconds(moment: datetime) -> int:
    """Seconds since 1970 UTC."""
    return int(moment.timestamp())


def candle_rows(bars: Iterable[Bar]) -> list[tuple[int, float, float, float, float]]:
    """The bars as the chart wants them."""
    return [(seconds(bar.open_time), bar.open, bar.high, bar.low, bar.close) for bar in bars]


def decimals_of(bars: Sequence[Bar], *others: float) -> int:
    """The decimals of the instrument, from the bars that are shown."""
    return price_decimals([*(bar.close for bar in bars), *(bar.open for bar in bars)] or others)


def missing_opens(bars: Sequence[Bar], timeframe: str, calendar: str) -> list[int]:
    """The opens that the calendar expects between the bars, in seconds; at most MOST_MISSING."""
    if len(bars) < 2:
        return []
    frame = Timeframe.parse(timeframe)
    found: list[int] = []
    opens = np.array([seconds(bar.open_time) * 1000 for bar in bars], dtype=np.int64)
    for gap in gaps_of(opens, timeframe=timeframe, calendar=calendar)[1]:
        moment = gap.first
        while moment <= gap.last and len(found) < MOST_MISSING:
            found.append(moment // 1000)
            moment = frame.end(moment)
    return sorted(set(found) - set((opens // 1000).tolist()))


def levels_of(item: SignalItem, decimals: int) -> list[Level]:
    """Stop, entry and targets of one signal; the entry only once there was one."""
    found = [] if item.stop is None else [("stop", "Stop", item.stop)]
    if item.entry_price is not None:
        found.append(("entry", "Entry", item.entry_price))
    found += [("target", f"T{place}", price) for place, price in enumerate(item.targets, 1)]
    return [Level(kind, name, price, fixed(price, decimals)) for kind, name, price in found]


def zone_of(item: SignalItem) -> Zone | None:
    """The two zones of a signal that was entered."""
    if item.entry_time is None or item.entry_price is None:
        return None
    return Zone(
        start=seconds(item.entry_time),
        end=None if item.exit_time is None else seconds(item.exit_time),
        entry=item.entry_price,
        stop=item.stop,
        target=item.targets[-1] if item.targets else None,
    )


def markers_of(item: SignalItem) -> list[Marker]:
    """Signal, entry, parts and exit, each with its word."""
    is_long = item.side == "long"
    triangle = "triangle-up" if is_long else "triangle-down"
    found = [Marker(seconds(item.signal_time), None, triangle, "Signal", "accent", is_long)]
    if item.entry_time is not None and item.entry_price is not None:
        found.append(Marker(seconds(item.entry_time), item.entry_price, "ring", "", "ink", is_long))
    for part in item.parts:
        moment = int(part["time"]) // 1000
        word = f"{share(part['fraction'])} at target"
        found.append(Marker(moment, part["price"], "diamond", word.strip(), "good", not is_long))
    if item.exit_time is not None and item.exit_reason != "target":
        found.append(_exit(item, is_long))
    return found


def _exit(item: SignalItem, is_long: bool) -> Marker:
    assert item.exit_time is not None
    left = remaining(item)
    word = f"{share(left)} {item.exit_reason}" if item.parts else str(item.exit_reason)
    price = last_price(item)
    tone = "bad" if item.exit_reason == "stop" else "ink"
    below = is_long if item.exit_reason == "stop" else not is_long
    return Marker(seconds(item.exit_time), price, "square", word, tone, below)


def remaining(item: SignalItem) -> float:
    """The fraction that left at no target."""
    return max(0.0, round(1 - sum(part["fraction"] for part in item.parts), 9))


def last_price(item: SignalItem) -> float | None:
    """The price at which the last part left."""
    left = remaining(item)
    # The trade's exit price is the weighted mean of its parts; the last part's own price follows from it.
    if item.exit_price is None or left <= 0:
        return item.exit_price
    taken = sum(part["fraction"] * part["price"] for part in item.parts)
    return (item.exit_price - taken) / left


FRACTIONS = {0.5: "½", 0.25: "¼", 0.75: "¾", 0.3333: "⅓", 0.6667: "⅔", 1.0: ""}


def share(fraction: float) -> str:
    """`½`, else percent; nothing for the whole."""
    return FRACTIONS.get(round(fraction, 4), f"{fraction * 100:.0f} %")


def _triangle(item: SignalItem) -> str:
    shape = "triangle-up" if item.side == "long" else "triangle-down"
    return f"hollow-{shape}" if item.state == "rejected" else shape


def signal_markers(items: Iterable[SignalItem]) -> list[Marker]:
    """One triangle for each signal: filled if published, hollow if rejected; up is long."""
    return [
        Marker(
            time=seconds(item.signal_time),
            price=None,
            shape=_triangle(item),
            word="",
            tone="ink2" if item.state == "rejected" else "accent",
            below=item.side == "long",
        )
        for item in items
    ]
