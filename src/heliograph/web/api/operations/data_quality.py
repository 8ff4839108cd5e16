"""The quality of data by days: a score with its parts, by venue, instrument, series or day."""

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from heliograph.reports.quality.groupings import By
from heliograph.reports.quality.queries import QualityAsked, quality
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Day, Name

router = Router(tags=["candles"])
Grouping = Literal["venue", "instrument", "series", "day"]


class QualityPartsShape(Schema):
    """0 to 1 each; null where there is nothing to judge by."""

    completeness: float | None
    freshness: float | None
    gaps: float | None
    revisions: float | None
    plausibility: float | None
    duplicates: float | None


class QualityCountsShape(Schema):
    """What the parts rest on, added up over `days` of series. `timed` bars came as they closed, `timely` of
    them soon; `judged` ones were looked at for what is implausible."""

    days: int
    expected: int
    stored: int
    gaps: int
    timed: int
    timely: int
    revised: int
    judged: int
    implausible: int
    duplicates: float


class QualityGroupShape(Schema):
    """A group; `score` is 0 to 100, the mean of the known parts by their weights."""

    name: str
    score: float | None
    parts: QualityPartsShape
    counts: QualityCountsShape


class DataQualityShape(Schema):
    """All that was asked for, and groups: the worst first, days in their order."""

    by: Grouping
    total: QualityGroupShape
    groups: list[QualityGroupShape]


class AskedQuality(Schema):
    """Which days of which series, and what groups are made of."""

    by: Grouping = "venue"
    venue: Name | None = None
    symbol: Name | None = None
    timeframe: Name | None = None
    since: Day | None = Field(None, description="That UTC day or later.")
    until: Day | None = Field(None, description="That UTC day or before.")


@router.get("data-quality", response=DataQualityShape, summary="How complete, fresh and sound candles are")
@answers()
@needs("viewer")
def get_data_quality(request: HttpRequest, asked: Query[AskedQuality]) -> dict[str, object]:
    """By the days that were kept: the newest of each series are measured every half an hour."""
    which = QualityAsked(asked.since, asked.until, asked.venue, asked.symbol, asked.timeframe)
    return quality(which, by=By(asked.by)).to_dict()
