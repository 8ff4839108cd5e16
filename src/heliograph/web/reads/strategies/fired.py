"""How often a version fired lately: published up, rejected down, for each day or month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDay, TruncMonth

from heliograph.signals.models import Signal, StrategyVersion

PIECES = 44
HALF = 24
GAP_SHARE = 0.2
# Of bars of a day or longer a day holds too little to be a bar of its own.
LONG = {"1d", "1w", "1M"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One day or month: percent of the width, and heights above and below the middle."""

    x: float
    width: float
    up: float
    down: float


@dataclass(frozen=True, slots=True)
class Fired:
    """The last 44 days or months up to the newest candidate; `most` is what the highest bar holds."""

    unit: str
    first: datetime
    last: datetime
    most: int
    pieces: tuple[Piece, ...]


def fired(version: StrategyVersion) -> Fired | None:
    """None where the version has found no candidate yet. Two statements."""
    rows = Signal.objects.filter(version=version)
    newest = rows.order_by("-bar_time").values_list("bar_time", flat=True).first()
    if newest is None:
        return None
    unit = "month" if version.timeframe in LONG else "day"
    days = _back(newest, unit)
    trunc = TruncMonth("bar_time") if unit == "month" else TruncDay("bar_time")
    counted = rows.filter(bar_time__gte=days[0]).annotate(piece=trunc).values("piece")
    found = {
        row["piece"]: (row["up"], row["down"])
        for row in counted.annotate(
            up=Count("pk", filter=Q(state=Signal.State.PUBLISHED)),
            down=Count("pk", filter=Q(state=Signal.State.REJECTED)),
        )
    }
    most = max(max(pair) for pair in found.values())
    return Fired(unit, days[0], days[-1], most, tuple(_pieces(days, found, most)))


def _pieces(days: list[datetime], found: dict[datetime, tuple[int, int]], most: int) -> Iterator[Piece]:
    step = 100 / len(days)
    for place, day in enumerate(days):
        up, down = (round(count / most * HALF, 1) for count in found.get(day, (0, 0)))
        yield Piece(round(place * step, 2), round(step * (1 - GAP_SHARE), 2), up, down)


def _back(newest: datetime, unit: str) -> list[datetime]:
    """The beginnings of the last days or months, the oldest first."""
    day = newest.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "day":
        return [day - timedelta(days=back) for back in range(PIECES - 1, -1, -1)]
    months = newest.year * 12 + newest.month - 1
    return [
        day.replace(year=month // 12, month=month % 12 + 1, day=1)
        for month in range(months - PIECES + 1, months + 1)
    ]
