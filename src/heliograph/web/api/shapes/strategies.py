"""Versions of strategies and what came of them."""

from datetime import datetime

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed


class EstimateShape(Schema):
    """A mean or share with its 95 % interval and the number that it rests on."""

    n: int
    value: float | None
    low: float | None
    high: float | None


class StrategyShape(Schema):
    """A version of a strategy with what its signals came to."""

    version_id: int
    strategy: str
    number: int
    stage: str
    timeframe: str
    created_at: datetime
    published: int
    rejected: int
    open: int
    settled: int
    missed: int
    unresolved: int
    hit_rate: EstimateShape
    mean_r: EstimateShape
    mean_return_pct: EstimateShape
    newest_signal: datetime | None
    text: str
    digest: str


class StrategyList(Listed[StrategyShape]):
    """A page of versions."""
