"""Days of coverage as shapes: a strip of the newest days for each series, a calendar for one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from heliograph.market.days import Day

CELL = 18
# So many of the newest days a phone, a tablet and a desk show.
WIDTHS = (("d18", 18), ("d30", 30), ("d42", 42))
DAYS = WIDTHS[-1][1]
# A name is about as wide as so many days.
NAME_DAYS = 4
WORDS = {
    "complete": "complete",
    "rest": "no bar is due",
    "before": "not listed, or before the first stored bar",
    "after": "not delivered yet, or delisted",
}
SMALL = 13
ROWS = 7
# Bars as old as that are history: the map ends with them, and not with today.
STILL_NEW = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: its place, how high its fill is (of the cell, from below), and its words."""

    x: int
    y: int
    size: int
    kind: str
    fill: float
    today: bool
    day: date
    words: str

    @property
    def top(self) -> float:
        """Where the fill begins."""
        return round(self.y + self.size - 2 - self.fill, 1)

    @property
    def lacks(self) -> bool:
        """True if bars that are due are not stored."""
        return self.kind in ("partial", "none")

    @property
    def inner(self) -> int:
        """The side of the square: a line of the surface is left between two."""
        return self.size - 2


@dataclass(frozen=True, slots=True)
class Strip:
    """Cells in groups; each group is hidden where its days find no room."""

    width: int
    groups: tuple[tuple[str, tuple[Cell, ...]], ...]

    @property
    def is_bare(self) -> bool:
        """True if the series has nothing to show in these days."""
        kinds = {cell.kind for _, cells in self.groups for cell in cells}
        return kinds <= {"before", "after"}


@dataclass(frozen=True, slots=True)
class MapRow:
    """One series of a map, with its strip."""

    pk: int
    symbol: str
    timeframe: str
    venue: str
    last_open: datetime
    strip: Strip


@dataclass(frozen=True, slots=True)
class Month:
    """The name of a month above its first day of a strip."""

    x: int
    name: str
    group: str


def strip(symbol: str, days: Sequence[Day], *, today: date) -> Strip:
    """The days of one series, the newest at the right."""
    cells = [_cell(day, place * CELL, 0, CELL, symbol, today) for place, day in enumerate(days)]
    grouped = groupby(enumerate(cells), key=lambda pair: _group(len(cells) - pair[0]))
    groups = tuple((name, tuple(cell for _, cell in pairs)) for name, pairs in grouped)
    return Strip(len(cells) * CELL, groups)


def last_shown(newest: datetime, *, today: date) -> date:
    """With which day a map ends: today, or where all is old the day of the newest bar."""
    return today if today - newest.date() < STILL_NEW else newest.date()


def months(first: date, *, count: int = DAYS) -> Iterator[Month]:
    """What stands above a strip that begins with `first`: the first day of each month, and for each width of
    screen the day with which it begins, unless the two would lie on each other."""
    days = [first + timedelta(days=place) for place in range(count)]
    for place, day in enumerate(days):
        name = f"{day.day} {day:%b}"
        if day.day == 1:
            yield Month(place * CELL, name, _group(count - place))
    for group, width in WIDTHS:
        place = count - width
        if not any(day.day == 1 for day in days[place : place + NAME_DAYS]):
            yield Month(place * CELL, f"{days[place].day} {days[place]:%b}", f"start-{group}")


@dataclass(frozen=True, slots=True)
class HalfYear:
    """Half a year, a column for each week from Monday."""

    name: str
    width: int
    months: tuple[tuple[int, str], ...]
    cells: tuple[Cell, ...]

    @property
    def height(self) -> int:
        """Of seven days."""
        return ROWS * SMALL


def half_years(symbol: str, days: Sequence[Day], *, today: date) -> list[HalfYear]:
    """The days of one year in two halves."""
    halves = groupby(days, key=lambda day: (day.day.year, (day.day.month - 1) // 6))
    return [_half(symbol, list(own), today=today) for _, own in halves]


def _half(symbol: str, days: Sequence[Day], *, today: date) -> HalfYear:
    monday = days[0].day - timedelta(days=days[0].day.weekday())
    cells, names = [], []
    for day in days:
        column = (day.day - monday).days // ROWS
        cells.append(_cell(day, column * SMALL, day.day.weekday() * SMALL, SMALL, symbol, today))
        if day.day.day == 1:
            names.append((column * SMALL, f"{day.day:%b}"))
    name = f"{days[0].day:%B} to {days[-1].day:%B %Y}"
    return HalfYear(name, cells[-1].x + SMALL, tuple(names), tuple(cells))


def _group(from_right: int) -> str:
    return next(name for name, width in WIDTHS if from_right <= width)


def _cell(day: Day, x: int, y: int, size: int, symbol: str, today: date) -> Cell:
    fill = round((day.share or 0.0) * (size - 2), 1) if day.kind == "partial" else 0.0
    # A bar or two of very many would not be seen.
    fill = max(fill, 2.0) if day.kind == "partial" else fill
    return Cell(
        x, y, size, day.kind, fill, day.day == today, day.day, f"{symbol}, {_date(day.day)}: {_said(day)}"
    )


def _said(day: Day) -> str:
    if day.kind in ("partial", "none"):
        return f"{day.stored:,} of {day.expected:,} bars"
    if day.kind == "complete" and day.expected:
        return f"complete, {day.stored:,} bar{'s' if day.stored != 1 else ''}"
    return WORDS[day.kind]


def _date(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
