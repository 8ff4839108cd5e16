"""Candles that were corrected or taken away: what they said before, what they say since, and who said it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from heliograph.market.models import Batch, Candle, CandleRevision, Instrument, Series

VALUES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Revised:
    """One correction of one bar. `after` is None where the bar was taken away; values are open, high, low,
    close and volume (NaN where the source has none)."""

    id: int
    instrument: Instrument
    timeframe: str
    open_time: datetime
    before: tuple[float, ...]
    after: tuple[float, ...] | None
    recorded_at: datetime
    replaced_at: datetime
    source: Batch
    replaced_by: Batch

    @property
    def undone(self) -> bool:
        """True if the delivery that had given it was taken back."""
        return self.source.pk == self.replaced_by.pk


def revision_page(
    *, series: Series | None = None, venue: str = "", limit: int, before: int | None = None
) -> tuple[list[Revised], int | None]:
    """Corrections, newest first, and the number to ask with as `before` for older ones, or None.

    Three statements.
    """
    rows = CandleRevision.objects.select_related("instrument__venue", "source", "replaced_by")
    if series is not None:
        rows = rows.filter(instrument=series.instrument_id, timeframe=series.timeframe)
    if venue:
        rows = rows.filter(instrument__venue__name=venue)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    shown = found[:limit]
    following = shown[-1].pk if len(found) > limit else None
    return _with_after(shown), following


def _with_after(rows: Sequence[CandleRevision]) -> list[Revised]:
    """What a bar said next is its next revision, or else the candle as it stands."""
    if not rows:
        return []
    now = {_key(one): _values(one) for one in _of_bars(Candle.objects.all(), rows)}
    later: dict[tuple[int, str, datetime], list[tuple[int, tuple[float, ...]]]] = {}
    for one in _of_bars(CandleRevision.objects.order_by("pk"), rows):
        later.setdefault(_key(one), []).append((one.pk, _values(one)))
    return [
        Revised(
            id=one.pk,
            instrument=one.instrument,
            timeframe=one.timeframe,
            open_time=one.open_time,
            before=_values(one),
            after=next((said for pk, said in later[_key(one)] if pk > one.pk), now.get(_key(one))),
            recorded_at=one.recorded_at,
            replaced_at=one.replaced_at,
            source=one.source,
            replaced_by=one.replaced_by,
        )
        for one in rows
    ]


def _of_bars(found: QuerySet, rows: Sequence[CandleRevision]) -> QuerySet:
    series: dict[tuple[int, str], list[datetime]] = {}
    for one in rows:
        series.setdefault((one.instrument_id, one.timeframe), []).append(one.open_time)
    asked = Q()
    for (instrument, timeframe), opens in series.items():
        asked |= Q(instrument_id=instrument, timeframe=timeframe, open_time__in=opens)
    return found.filter(asked)


def _key(row: Candle | CandleRevision) -> tuple[int, str, datetime]:
    return row.instrument_id, row.timeframe, row.open_time


def _values(row: Candle | CandleRevision) -> tuple[float, ...]:
    return tuple(getattr(row, name) for name in VALUES)
