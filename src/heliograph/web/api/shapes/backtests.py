"""Stored backtests, their trades and curves."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed
from heliograph.web.api.shapes.strategies import EstimateShape

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class SummaryShape(Schema):
    """A backtest in seven figures; percents are of one stake, nothing is compounded."""

    trades: int
    win_rate: float | None
    expectancy_r: float | None
    profit_factor: float | None
    total_return_pct: float
    max_drawdown_pct: float
    fees_pct: float


class EstimatesShape(Schema):
    """Means and a share, with their intervals."""

    hit_rate: EstimateShape
    mean_r: EstimateShape
    mean_return_pct: EstimateShape


class BacktestShape(Schema):
    """One run of a strategy over stored candles; figures are null until it is finished."""

    id: int
    name: str
    timeframe: str
    venue: str
    version_id: int | None
    state: JobState
    job_id: int
    instruments: int
    first: datetime
    last: datetime
    close_at_end: bool
    overrides: dict[str, object]
    params: dict[str, object]
    digest: str
    data_digest: str
    engine_version: str
    figures: SummaryShape | None
    estimates: EstimatesShape | None
    created_at: datetime
    finished_at: datetime | None


class BacktestList(Listed[BacktestShape]):
    """A page of backtests."""


class BacktestDetail(BacktestShape):
    """The same with its text, and what became of all candidates."""

    text: str
    published: int | None
    missed: int | None
    undecided: int | None
    open: int | None
    rejected: dict[str, int] | None


class TradeShape(Schema):
    """One published signal of a backtest, and how it ended. Times are opens of bars."""

    number: int
    symbol: str
    instrument_id: int
    state: Literal["closed", "open", "missed", "waiting"]
    side: Literal["long", "short"]
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


class TradeList(Listed[TradeShape]):
    """A page of trades."""


class EquityShape(Schema):
    """UTC days, the sum of all results until each, and how far that is below its highest; in percent of one
    stake."""

    days: list[datetime]
    equity: list[float]
    drawdown: list[float]


class PeriodShape(Schema):
    """A month or a year by the exits in it."""

    name: str
    trades: int
    result_pct: float
    equity_pct: float
    drawdown_pct: float
    mean_r: EstimateShape


class InstrumentPart(Schema):
    """What one instrument brought."""

    instrument: int
    symbol: str
    summary: SummaryShape
    mean_r: EstimateShape


class BreakdownShape(Schema):
    """A result cut into parts."""

    instruments: list[InstrumentPart]
    periods: list[PeriodShape]


class SettingShape(Schema):
    """A thing that two runs were told differently."""

    name: str
    first: str
    second: str


class PairShape(Schema):
    """Two finished backtests beside each other; differences are the second less the first, trade by trade."""

    both: int
    only_first: int
    only_second: int
    equal: int
    difference_r: EstimateShape
    difference_pct: EstimateShape
    settings: list[SettingShape]
