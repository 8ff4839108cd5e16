"""The map of coverage: a row for each series, a place for each day; and gaps, with what becomes of each."""

from datetime import timedelta
from typing import ClassVar

from django.http import HttpRequest
from ninja import Field, Query

from heliograph.kit.clock import utc_now
from heliograph.market.days import SeriesDays, days_of
from heliograph.market.gap_list import OpenGap, gap_list
from heliograph.market.models import Series
from heliograph.market.wire import to_datetime
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Day, Moment, Name, Paging
from heliograph.web.api.operations.coverage import BY_PLACE, router
from heliograph.web.api.operations.instruments import series_of
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.problems import Refused
from heliograph.web.api.shapes.data import (
    DayShape,
    SeriesDaysList,
    SeriesDaysShape,
    SeriesGapsList,
    SeriesGapsShape,
)
from heliograph.web.api.shapes.filled import filler

GAPS = Order("gaps", ("pk",))
MOST_DAYS, DAYS, GAP_DAYS = 400, 30, 90
day = filler(DayShape)


class AskedDays(Paging):
    """Which series, and which days; without them the last thirty."""

    shape: ClassVar[type] = SeriesDaysShape
    limit: int = Field(25, ge=1, le=50, description="How many at most.")
    symbol: Name | None = None
    venue: Name | None = None
    timeframe: Name | None = None
    first: Day | None = None
    last: Day | None = None


class AskedGaps(Paging):
    """Gaps of which series; without `since` those of the ninety days before the newest bar of the page."""

    shape: ClassVar[type] = SeriesGapsShape
    limit: int = Field(25, ge=1, le=50, description="How many at most.")
    symbol: Name | None = None
    venue: Name | None = None
    timeframe: Name | None = None
    since: Moment | None = None


@router.get("coverage/days", response=SeriesDaysList, summary="How complete each day of series is")
@answers()
@needs("viewer")
def list_days(request: HttpRequest, asked: Query[AskedDays]) -> Page:
    """Of today only what is over is expected."""
    at = utc_now()
    last = asked.last or at.date()
    first = asked.first or last - timedelta(days=DAYS - 1)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Refused(422, f"`first` to `last` are 1 to {MOST_DAYS} days.", name="first")
    page = page_of(series_of(asked.symbol, asked.venue, asked.timeframe), asked, BY_PLACE)
    return Page([_days(one) for one in days_of(page.items, first=first, last=last, at=at)], page.next)


@router.get("gaps", response=SeriesGapsList, summary="Gaps of series, with what is done about each")
@answers()
@needs("viewer")
def list_gaps(request: HttpRequest, asked: Query[AskedGaps]) -> Page:
    """Bars that should exist by the calendar; `watches/{id}/heal` has those of a watched series asked for."""
    page = page_of(series_of(asked.symbol, asked.venue, asked.timeframe), asked, GAPS)
    newest = max((one.last_open for one in page.items), default=utc_now())
    since = asked.since or newest - timedelta(days=GAP_DAYS)
    found: dict[int, list[OpenGap]] = {one.pk: [] for one in page.items}
    for gap in gap_list(page.items, first=since, last=newest):
        found[gap.series.pk].append(gap)
    return Page([_gaps(one, found[one.pk]) for one in page.items], page.next)


def _days(found: SeriesDays) -> dict[str, object]:
    return part(found.series) | {"days": [day(one) for one in found.days]}


def _gaps(series: Series, gaps: list[OpenGap]) -> dict[str, object]:
    watch = next((one.watch for one in gaps if one.watch), None)
    return part(series) | {"watch_id": watch.pk if watch else None, "gaps": [_gap(one) for one in gaps]}


def _gap(one: OpenGap) -> dict[str, object]:
    healing = one.healing
    return {
        "first": to_datetime(one.gap.first),
        "last": to_datetime(one.gap.last),
        "bars": one.gap.bars,
        "tries": healing.tries if healing else 0,
        "asked_at": healing.asked_at if healing else None,
        "not_before": healing.not_before if healing else None,
    }


def part(series: Series) -> dict[str, object]:
    """Which series it is, of one that was read with its instrument and venue."""
    instrument = series.instrument
    return {
        "series_id": series.pk,
        "instrument_id": instrument.pk,
        "venue": instrument.venue.name,
        "symbol": instrument.symbol,
        "timeframe": series.timeframe,
    }
