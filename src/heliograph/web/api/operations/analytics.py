"""Analytics: what settled signals were worth."""

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.groupings import By
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Day, Id, Name
from heliograph.web.api.described import also
from heliograph.web.api.shapes.analytics import AnalyticsShape, Grouping

router = Router(tags=["signals"])


class AskedAnalytics(Schema):
    """Which signals, and what groups are made of."""

    by: Grouping = "strategy"
    strategy: Name | None = None
    version_id: Id | None = None
    timeframe: Name | None = None
    side: Literal["long", "short"] | None = None
    since: Day | None = Field(None, description="Left on that UTC day or later.")
    until: Day | None = Field(None, description="Left on that UTC day or before.")


@router.get(
    "analytics", response=AnalyticsShape, summary="What settled signals were worth, in all and by groups"
)
@also(404)
@answers("signals")
@needs("viewer")
def get_analytics(request: HttpRequest, asked: Query[AskedAnalytics]) -> dict[str, object]:
    """Counts, hit rates, expectancy, excursions, daily series and calibration of what has settled."""
    which = Asked(
        strategies=() if asked.strategy is None else (asked.strategy,),
        version_id=asked.version_id,
        timeframe=asked.timeframe,
        side=asked.side,
        since=asked.since,
        until=asked.until,
        hidden=hidden(request),
    )
    return analytics(which, by=By(asked.by)).to_dict()
