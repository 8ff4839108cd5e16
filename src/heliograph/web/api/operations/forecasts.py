"""Forecasts and trends: what is to be expected, how well that was foreseen, and how measures went."""

from typing import ClassVar

from django.http import HttpRequest
from ninja import Field, Query, Router

from heliograph.kit.clock import utc_now
from heliograph.monitor.forecasts.queries import list_trends, newest_forecasts
from heliograph.monitor.forecasts.told import told_forecast, told_trend
from heliograph.monitor.measure import key_of
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.forecasts import (
    ForecastKind,
    ForecastList,
    ForecastShape,
    TrendList,
    TrendShape,
)

router = Router(tags=["health"])


class AskedForecasts(Paging):
    """Which forecasts."""

    shape: ClassVar[type] = ForecastShape
    kind: ForecastKind | None = None
    name: Name | None = Field(None, description="Of this measure, such as host_disk_free_bytes.")


class AskedTrends(Paging):
    """Which trends."""

    shape: ClassVar[type] = TrendShape
    name: Name | None = Field(None, description="Of this measure.")
    shifted: bool = Field(False, description="Only where the level changed.")


@router.get(
    "forecasts", response=ForecastList, summary="What is to be expected, and how well that is foreseen"
)
@answers()
@needs("viewer")
def list_forecasts(request: HttpRequest, asked: Query[AskedForecasts]) -> Page:
    """The newest forecast of each target with the score of those before it, by kind and name."""
    found = newest_forecasts(at=utc_now(), kind=asked.kind, hidden=hidden(request))
    wanted = [one for one in found if asked.name in (None, one.row.name)]
    page = part_of(wanted, asked, name="forecasts", key=lambda one: one.key)
    return Page([told_forecast(one) for one in page.items], page.next)


@router.get("trends", response=TrendList, summary="How measures went")
@answers()
@needs("viewer")
def list_of_trends(request: HttpRequest, asked: Query[AskedTrends]) -> Page:
    """The slope, the seasons and the shifts of level of each measure, by name and labels."""
    found = [one for one in list_trends(shifted=asked.shifted) if asked.name in (None, one.name)]
    page = part_of(found, asked, name="trends", key=lambda one: (one.name, key_of(one.labels)))
    return Page([told_trend(one) for one in page.items], page.next)
