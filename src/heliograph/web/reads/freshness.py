"""How fresh the stored bars are, by venue and by series."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, Sum

from heliograph.kit.cache import cached
from heliograph.market.models import Series, Venue

VENUE_ID = "instrument__venue_id"
PLACE = ("instrument__symbol", "instrument__venue__name", "timeframe")
# One more than the bars of a sparkline: its change is that over the last 24.
SPARK_BARS = 25
# Each series walks only its newest bars of the primary key.
NEWEST_CLOSES = """
SELECT wanted.instrument_id, wanted.timeframe, bars.closes
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS wanted (instrument_id, timeframe, last_open)
CROSS JOIN LATERAL (
    SELECT array_agg(newest.close ORDER BY newest.open_time) AS closes
    FROM (
        SELECT close, open_time
        FROM candle
        WHERE candle.instrument_id = wanted.instrument_id
          AND candle.timeframe = wanted.timeframe
          AND candle.open_time <= wanted.last_open
        ORDER BY open_time DESC
        LIMIT %s
    ) AS newest
) AS bars
"""


@dataclass(frozen=True, slots=True)
class VenueFreshness:
    """The bars of one timeframe at one venue. `current` series have the newest bar of the venue."""

    venue: str
    kind: str
    timeframe: str
    newest_open: datetime
    stored_at: datetime
    series: int
    current: int
    bars: int

    @property
    def replay(self) -> bool:
        """True if it is not live but played from stored history."""
        return self.kind == Venue.Kind.REPLAY


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One instrument in one timeframe with its newest closes, oldest first."""

    instrument_id: int
    symbol: str
    venue: str
    replay: bool
    timeframe: str
    first_open: datetime
    last_open: datetime
    bars: int
    stored_at: datetime
    current: bool
    closes: tuple[float, ...]

    @property
    def last(self) -> float | None:
        """The newest close."""
        return self.closes[-1] if self.closes else None


@cached(key="freshness:venues", ttl=15.0, tags=("candles",))
def venues() -> list[VenueFreshness]:
    """Venues by when they stored last. Two statements."""
    grouped = Series.objects.filter(bars__gt=0).values(VENUE_ID, "timeframe")
    totals = grouped.annotate(
        venue=Max("instrument__venue__name"),
        kind=Max("instrument__venue__kind"),
        newest_open=Max("last_open"),
        stored_at=Max("updated_at"),
        series=Count("pk"),
        bars=Sum("bars"),
    )
    stored = Series.objects.filter(bars__gt=0)
    ends = stored.values_list(VENUE_ID, "timeframe", "last_open").annotate(Count("pk"))
    current = {(venue, timeframe, last): number for venue, timeframe, last, number in ends}
    found = [_freshness(row, current) for row in totals]
    return sorted(found, key=lambda line: line.stored_at, reverse=True)


def _freshness(row: Mapping[str, Any], current: dict[tuple[int, str, datetime], int]) -> VenueFreshness:
    named = {name: value for name, value in row.items() if name != VENUE_ID}
    key = row[VENUE_ID], row["timeframe"], row["newest_open"]
    return VenueFreshness(**named, current=current.get(key, 0))


def series_lines(
    *,
    limit: int,
    after: tuple[str, str, str] | None = None,
    find: str | None = None,
    instruments: Collection[int] | None = None,
) -> list[SeriesLine]:
    """Series by symbol, venue and timeframe, from behind `after`; `find` is a part of the symbol.

    Those of these `instruments` alone, if they are named. Four statements.
    """
    rows = Series.objects.filter(bars__gt=0).select_related("instrument__venue").order_by(*PLACE)
    if instruments is not None:
        rows = rows.filter(instrument__in=instruments)
    if find:
        rows = rows.filter(instrument__symbol__icontains=find)
    if after:
        symbol, venue, timeframe = PLACE
        rows = rows.filter(
            Q(**{f"{symbol}__gt": after[0]})
            | Q(**{symbol: after[0], f"{venue}__gt": after[1]})
            | Q(**{symbol: after[0], venue: after[1], f"{timeframe}__gt": after[2]})
        )
    return lines_of(list(rows[:limit]), closes=SPARK_BARS)


@cached(key="freshness:newest:{limit}", ttl=15.0, tags=("candles",))
def newest_lines(*, limit: int) -> list[SeriesLine]:
    """The series that were stored last. Four statements."""
    rows = Series.objects.filter(bars__gt=0).select_related("instrument__venue")
    return lines_of(list(rows.order_by("-updated_at", "instrument__symbol")[:limit]))


def lines_of(
    rows: Sequence[Series], *, closes: int = SPARK_BARS, known: Sequence[VenueFreshness] | None = None
) -> list[SeriesLine]:
    """The same for rows that were fetched with their instrument and venue; `known` are the venues if read."""
    newest = _newest_closes(rows, closes)
    ends = {(line.venue, line.timeframe): line.newest_open for line in known or venues()}
    return [_line(row, newest, ends) for row in rows]


def _line(
    row: Series, newest: dict[tuple[int, str], list[float]], ends: dict[tuple[str, str], datetime]
) -> SeriesLine:
    venue = row.instrument.venue
    return SeriesLine(
        instrument_id=row.instrument_id,
        symbol=row.instrument.symbol,
        venue=venue.name,
        replay=venue.kind == Venue.Kind.REPLAY,
        timeframe=row.timeframe,
        first_open=row.first_open,
        last_open=row.last_open,
        bars=row.bars,
        stored_at=row.updated_at,
        current=row.last_open == ends.get((venue.name, row.timeframe)),
        closes=tuple(newest.get((row.instrument_id, row.timeframe), ())),
    )


def _newest_closes(rows: Sequence[Series], number: int) -> dict[tuple[int, str], list[float]]:
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            NEWEST_CLOSES,
            [
                [row.instrument_id for row in rows],
                [row.timeframe for row in rows],
                [row.last_open for row in rows],
                number,
            ],
        )
        return {(instrument, timeframe): closes for instrument, timeframe, closes in cursor.fetchall()}
