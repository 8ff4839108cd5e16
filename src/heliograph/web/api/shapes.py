"""The JSON that the API gives. Times are ISO 8601 in UTC, bars are named by their open, unknown is null."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema

# PostgreSQL has no NUL in its texts.
Name = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]


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


class InstrumentShape(Schema):
    """One timeframe of one instrument; `id` is the instrument's."""

    id: int
    symbol: str
    venue: str
    replay: bool
    timeframe: str
    first_open: datetime
    last_open: datetime
    bars: int
    stored_at: datetime


class CandleShape(Schema):
    """A closed bar; `volume` is null where the source has none."""

    open_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None


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


class SignalList(Schema):
    """`next` is the cursor of the page after this one, null on the last."""

    items: list[SignalShape]
    next: str | None


class InstrumentList(Schema):
    """`next` is the cursor of the page after this one, null on the last."""

    items: list[InstrumentShape]
    next: str | None


class CandleList(Schema):
    """`next` is the cursor of the page after this one, null on the last."""

    items: list[CandleShape]
    next: str | None


class StrategyList(Schema):
    """`next` is the cursor of the page after this one, null on the last."""

    items: list[StrategyShape]
    next: str | None


class Paging(Schema):
    """How much of a list, and from where."""

    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before.")


class AskedSignals(Paging):
    """The filters of `heliograph signals`, and some more."""

    strategy: Name | None = None
    symbol: Name | None = None
    venue: Name | None = None
    side: Literal["long", "short"] | None = None
    state: Literal["published", "open", "settled", "missed", "unresolved", "rejected", "all"] = "published"
    since: datetime | None = Field(None, description="Bars that open at that moment or later.")
    historical: bool | None = None


class AskedInstruments(Paging):
    """Which series."""

    symbol: Name | None = None
    venue: Name | None = None
    timeframe: Name | None = None


class AskedCandles(Paging):
    """Which bars. Without `venue` the symbol must have only one."""

    symbol: Name = ""
    venue: Name | None = None
    timeframe: Name | None = None
    since: datetime | None = Field(None, description="Bars that open at that moment or later.")
    until: datetime | None = Field(None, description="Bars that open before that moment.")


class AskedStrategies(Paging):
    """Which versions."""

    strategy: Name | None = None
    stage: Literal["draft", "shadow", "live", "retired"] | None = None
