"""How complete and how fresh the stored series are."""

from typing import ClassVar

from django.http import HttpRequest
from ninja import Field, Query, Router

from heliograph.kit.clock import utc_now
from heliograph.market.coverage import coverage_of
from heliograph.market.models import Series
from heliograph.market.quality import Quality, quality_of
from heliograph.market.queries import Freshness, freshness
from heliograph.market.wire import to_datetime
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.operations.instruments import series_of
from heliograph.web.api.paging import Order, Page, page_of, part_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.market import (
    CoverageList,
    CoverageShape,
    FreshnessList,
    FreshnessShape,
    QualityList,
    QualityShape,
)

router = Router(tags=["data"])
BY_PLACE = Order("coverage", ("pk",))


class AskedCoverage(Paging):
    """Coverage of which series. Counting reads every bar of each, so that a page is short."""

    shape: ClassVar[type] = CoverageShape
    limit: int = Field(10, ge=1, le=50, description="How many at most.")
    symbol: Name | None = None
    venue: Name | None = None
    timeframe: Name | None = None


class AskedQuality(AskedCoverage):
    """Quality of which series."""

    shape: ClassVar[type] = QualityShape


class AskedFreshness(Paging):
    """Age of which series."""

    shape: ClassVar[type] = FreshnessShape
    venue: Name | None = None


@router.get("coverage", response=CoverageList, summary="How complete series are, with every gap")
@answers("candles")
@needs("viewer")
def list_coverage(request: HttpRequest, asked: Query[AskedCoverage]) -> Page:
    """Bars that exist beside bars that should by the calendar: a holiday is no gap."""
    rows = series_of(asked.symbol, asked.venue, asked.timeframe)
    return page_of(rows, asked, BY_PLACE, _coverage)


@router.get("quality", response=QualityList, summary="How good the newest bars of series are")
@answers()
@needs("viewer")
def list_quality(request: HttpRequest, asked: Query[AskedQuality]) -> Page:
    """Coverage, staleness, consistency, outliers and more, each with what it rests on, and one score."""
    page = page_of(series_of(asked.symbol, asked.venue, asked.timeframe), asked, BY_PLACE)
    return Page([_quality(one) for one in quality_of(page.items, at=utc_now())], page.next)


@router.get("freshness", response=FreshnessList, summary="How old the newest bar of each series is")
@answers()
@needs("viewer")
def list_freshness(request: HttpRequest, asked: Query[AskedFreshness]) -> Page:
    """By venue, symbol and timeframe; `missing` bars should have come since, 0 is fresh."""
    found = freshness(at=utc_now(), venue=asked.venue)
    page = part_of(found, asked, name="freshness", key=lambda one: (one.venue, one.symbol, one.timeframe))
    return Page([_fresh(one) for one in page.items], page.next)


def _coverage(row: Series) -> dict[str, object]:
    found = coverage_of(row)
    return filled(
        CoverageShape,
        found,
        instrument_id=row.instrument_id,
        first=to_datetime(found.first),
        last=to_datetime(found.last),
        gaps=[
            {"first": to_datetime(gap.first), "last": to_datetime(gap.last), "bars": gap.bars}
            for gap in found.gaps
        ],
    )


def _quality(one: Quality) -> dict[str, object]:
    instrument = one.series.instrument
    return filled(
        QualityShape,
        one,
        instrument_id=instrument.pk,
        venue=instrument.venue.name,
        symbol=instrument.symbol,
        timeframe=one.series.timeframe,
        first=to_datetime(one.first),
        last=to_datetime(one.last),
    )


def _fresh(one: Freshness) -> dict[str, object]:
    return filled(
        FreshnessShape,
        one,
        instrument_id=one.instrument,
        newest=to_datetime(one.newest),
        age_s=one.age_ms / 1000,
    )
