"""Analytics: what settled signals were worth."""

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from heliograph.kit.replica import from_replica
from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.correlation import correlation
from heliograph.reports.decay import decay
from heliograph.reports.expectation import expectations
from heliograph.reports.groupings import By
from heliograph.reports.regime import by_regime
from heliograph.reports.rejected import rejected
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Day, Id, Name
from heliograph.web.api.described import also
from heliograph.web.api.shapes.analytics import (
    AnalyticsShape,
    CorrelationShape,
    DecayShape,
    ExpectationsShape,
    Grouping,
    RegimesShape,
    RejectedShape,
)

router = Router(tags=["signals"])


class AskedBeside(Schema):
    """Which signals."""

    strategy: Name | None = None
    version_id: Id | None = None
    timeframe: Name | None = None
    side: Literal["long", "short"] | None = None
    since: Day | None = Field(None, description="Left on that UTC day or later.")
    until: Day | None = Field(None, description="Left on that UTC day or before.")

    def asked(self, request: HttpRequest) -> Asked:
        """The same for the room of reports."""
        return Asked(
            strategies=() if self.strategy is None else (self.strategy,),
            version_id=self.version_id,
            timeframe=self.timeframe,
            side=self.side,
            since=self.since,
            until=self.until,
            hidden=hidden(request),
        )


class AskedAnalytics(AskedBeside):
    """Which signals, and what groups are made of."""

    by: Grouping = "strategy"


@router.get(
    "analytics", response=AnalyticsShape, summary="What settled signals were worth, in all and by groups"
)
@also(404)
@answers("signals")
@needs("viewer")
def get_analytics(request: HttpRequest, asked: Query[AskedAnalytics]) -> dict[str, object]:
    """Counts, hit rates, expectancy, excursions, daily series and calibration of what has settled."""
    wanted, by = asked.asked(request), By(asked.by)
    return from_replica(lambda: analytics(wanted, by=by).to_dict())


@router.get("analytics/expectation", response=ExpectationsShape, summary="Live beside backtests")
@also(404)
@answers()
@needs("viewer")
def get_expectation(request: HttpRequest, asked: Query[AskedBeside]) -> dict[str, object]:
    """Of each version that has a finished backtest of the same: intervals, chances and a verdict."""
    wanted = asked.asked(request)
    return {"versions": [one.to_dict() for one in from_replica(lambda: expectations(wanted))]}


@router.get("analytics/correlation", response=CorrelationShape, summary="How alike strategies do")
@also(404)
@answers("signals")
@needs("viewer")
def get_correlation(request: HttpRequest, asked: Query[AskedBeside]) -> dict[str, object]:
    """The correlation of daily results of each pair of strategies."""
    wanted = asked.asked(request)
    return from_replica(lambda: correlation(wanted).to_dict())


@router.get("analytics/decay", response=DecayShape, summary="What signals are worth after their entry")
@also(404)
@answers("signals")
@needs("viewer")
def get_decay(request: HttpRequest, asked: Query[AskedBeside]) -> dict[str, object]:
    """The mean excursion in R, bar by bar, of the newest settled signals with a stop."""
    return decay(asked.asked(request)).to_dict()


@router.get("analytics/regimes", response=RegimesShape, summary="What signals were worth by regime")
@also(404)
@answers("signals")
@needs("viewer")
def get_regimes(request: HttpRequest, asked: Query[AskedBeside]) -> dict[str, object]:
    """Trend or range, calm or volatile, at the bar of the signal."""
    return by_regime(asked.asked(request)).to_dict()


@router.get("analytics/rejected", response=RejectedShape, summary="What rejected signals would have come to")
@also(404)
@answers("signals")
@needs("viewer")
def get_rejected(request: HttpRequest, asked: Query[AskedBeside]) -> dict[str, object]:
    """By reason and by strategy, each taken alone as if it had been published; days are those of its bar."""
    return rejected(asked.asked(request)).to_dict()
