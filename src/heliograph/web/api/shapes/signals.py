"""Signals and how they ended."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from heliograph.web.api.shapes.lists import Listed
from heliograph.web.api.shapes.strategies import EstimateShape

Gates = dict[str, dict[str, object]]


class PartShape(Schema):
    """A part of a trade that left at a target."""

    target: int
    time: datetime
    price: float
    fraction: float


class SignalShape(Schema):
    """A candidate and how it went on; `state` is rejected or the state of its outcome."""

    id: int
    strategy: str
    version: int
    version_id: int
    stage: str
    timeframe: str
    venue: str
    replay: bool
    instrument_id: int
    symbol: str
    side: Literal["long", "short"]
    state: str
    reason: str
    detail: str
    signal_time: datetime
    close: float
    stop: float | None
    targets: list[float]
    confidence: float | None
    reward_risk: float | None
    historical: bool
    late: bool
    created_at: datetime
    entry_time: datetime | None
    entry_price: float | None
    exit_time: datetime | None
    exit_price: float | None
    exit_reason: str | None
    r: float | None
    return_pct: float | None
    fees_pct: float | None
    mfe_r: float | None
    mae_r: float | None
    bars_held: int | None
    parts: list[PartShape]
    settled_at: datetime | None
    external: bool


class SignalList(Listed[SignalShape]):
    """A page of signals."""


class RevisionShape(Schema):
    """What a settled outcome would be with the candles of `found_at`, where that differs."""

    id: int
    signal_id: int
    state: str
    entry_time: datetime | None
    entry_price: float | None
    exit_time: datetime | None
    exit_price: float | None
    exit_reason: str
    r: float | None
    return_pct: float | None
    cause: str
    found_at: datetime


class RevisionList(Listed[RevisionShape]):
    """A page of revisions."""


class MarkShape(Schema):
    """How an open signal stands at the newest close, in R before fees."""

    r: float
    worst: float
    best: float


class NoticeOfSignal(Schema):
    """A notice that told of a signal."""

    id: int
    topic: str
    created_at: datetime


class SignalDetail(SignalShape):
    """A signal with all that is known of it; `mark` is null unless it is open and has a stop."""

    mark: MarkShape | None
    revisions: list[RevisionShape]
    notices: list[NoticeOfSignal]


class EndedShape(Schema):
    """How some settled signals ended."""

    n: int
    mean_r: EstimateShape
    hit_rate: EstimateShape


class SimilarShape(Schema):
    """Earlier signals that looked like one, the nearest first; `compared` names by what the `distances` are.

    `nearest` are the figures of `items`, `earlier` those of all that were looked at.
    """

    items: list[SignalShape]
    distances: list[float]
    compared: list[str]
    nearest: EndedShape
    earlier: EndedShape


class OutcomeShape(Schema):
    """How a published signal went on."""

    signal_id: int
    strategy: str
    version: int
    symbol: str
    venue: str
    side: Literal["long", "short"]
    state: str
    signal_time: datetime
    entry_time: datetime | None
    entry_price: float | None
    exit_time: datetime | None
    exit_price: float | None
    exit_reason: str | None
    r: float | None
    return_pct: float | None
    fees_pct: float | None
    mfe_r: float | None
    mae_r: float | None
    bars_held: int | None
    settled_at: datetime | None


class OutcomeList(Listed[OutcomeShape]):
    """A page of outcomes."""


class EvaluationShape(Schema):
    """One step of a shard; `gates` is empty where none was asked."""

    id: int
    strategy: str
    version: int
    venue: str
    shard: int
    kind: str
    first_bar: datetime
    last_bar: datetime
    instruments: int
    bars: int
    published: int
    rejected: int
    settled: int
    passed_over: int
    mode: str
    gates: Gates
    reason: str
    started_at: datetime
    duration_ms: float


class EvaluationList(Listed[EvaluationShape]):
    """A page of evaluations."""


class PostponedShape(Schema):
    """A shard whose gates are closed; `given_up_at` is when it went on as it was."""

    strategy: str
    version: int
    timeframe: str
    venue: str
    shard: int
    instruments: int
    since: datetime
    looked_at: datetime
    given_up_at: datetime | None
    mode: str
    gates: Gates
    reason: str


class PostponedList(Listed[PostponedShape]):
    """A page of shards that wait."""


class ChartShape(Schema):
    """What a candle chart is drawn from. Times are seconds UTC of bar opens; a candle is time, open, high,
    low and close."""

    decimals: int
    daily: bool
    candles: list[list[float]] = Field(description="time, open, high, low, close")
    gaps: list[int]
    levels: list[dict[str, object]]
    zone: dict[str, object] | None
    markers: list[dict[str, object]]
    lines: list[dict[str, object]]
    guides: list[dict[str, object]]
    focus: int | None
    panes: int
