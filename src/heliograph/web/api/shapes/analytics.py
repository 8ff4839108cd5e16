"""What settled signals were worth."""

from datetime import date
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.strategies import EstimateShape

Grouping = Literal["strategy", "version", "instrument", "timeframe", "side", "hour", "confidence", "regime"]


class WorthSeriesShape(Schema):
    """Of the daily series, from the first day on which one of these signals ended to the last one; days
    without an end are 0. Ratios are per year of 365 days; `yearly`, `volatility`, `max_drawdown` and the
    risks of a day at 95 % are in the unit of the results."""

    days: int
    yearly: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float | None
    value_at_risk: float | None
    expected_shortfall: float | None


class ResultsShape(Schema):
    """Results in one unit. `series` is null without a result, and for groups by instrument, hour or
    confidence, of which no days are kept."""

    expectancy: EstimateShape
    total: float | None
    profit_factor: float | None
    series: WorthSeriesShape | None


class SpreadShape(Schema):
    """How results in R are spread: `counts` between `edges`, of which each holds its lower one, those
    `below` and `above`, and quantiles, known to the width of a bin; null where they lie outside."""

    edges: list[float]
    counts: list[int]
    below: int
    above: int
    q05: float | None
    q25: float | None
    median: float | None
    q75: float | None
    q95: float | None


class WorthShape(Schema):
    """What settled signals came to, in R and in percent of one stake after costs. A hit is a return above
    zero; excursions and times are means."""

    signals: int
    hit_rate: EstimateShape
    r: ResultsShape
    pct: ResultsShape
    spread_r: SpreadShape
    mfe_r: float | None
    mae_r: float | None
    bars_held: float | None
    hours_held: float | None
    brier: float | None
    log_loss: float | None


class GroupShape(Schema):
    """Signals of one kind. `key` is an id, an hour of the signal's bar in UTC, the place of a bin of
    confidence from 0 on (10: without one), or the name itself."""

    key: int | str
    name: str
    figures: WorthShape


class WorthOfDayShape(Schema):
    """A UTC day, how many signals ended on it, and what they brought, added up."""

    day: date
    signals: int
    r: float | None
    pct: float | None


class ReliabilityShape(Schema):
    """Signals of like confidence: from `low` to below `high`, their mean confidence and their hit rate."""

    low: float
    high: float
    confidence: float
    hit_rate: EstimateShape


class BrierShape(Schema):
    """The Brier score and its parts: reliability - resolution + uncertainty + within bins."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float


class CalibrationShape(Schema):
    """Whether confidences are probabilities of a hit: the points of a reliability plot, the expected
    calibration error and its kin. `left_out` are signals without a confidence from 0 to 1 or a return."""

    n: int
    left_out: int
    binning: str
    bins: list[ReliabilityShape]
    ece: float | None
    worst_bin: float | None
    brier: BrierShape | None
    log_loss: float | None


class AnalyticsShape(Schema):
    """All that was asked for, the groups, the days on which something ended, and the confidences. `not_yet`
    signals, of all that there are, have settled just now and are not counted yet; 0 but for moments in which
    tens of thousands settle."""

    by: Grouping
    total: WorthShape
    groups: list[GroupShape]
    days: list[WorthOfDayShape]
    calibration: CalibrationShape
    not_yet: int


class TestedDifferenceShape(Schema):
    """Live less expected, with its 95 % interval; `chance` is the probability of one at least as large if
    there is none, by that test. `n` and `n_expected` are the numbers of both samples."""

    value: float | None
    low: float | None
    high: float | None
    chance: float | None
    test: str
    n: int
    n_expected: int


class ExpectationShape(Schema):
    """A version live beside its newest finished backtest. Live are the signals of bars since it is active."""

    version_id: int
    name: str
    backtest_id: int
    live_r: EstimateShape
    expected_r: EstimateShape
    difference_r: TestedDifferenceShape
    difference_hits: TestedDifferenceShape
    verdict: Literal["as expected", "below expectation", "above expectation", "too few signals"]


class ExpectationsShape(Schema):
    """Versions by name."""

    versions: list[ExpectationShape]


class CorrelationShape(Schema):
    """Strategies by name, and of each pair the correlation of their daily results with its 95 % interval, and
    the days that both have. `left_out` are those with the fewest signals."""

    names: list[str]
    values: list[list[float | None]]
    low: list[list[float | None]]
    high: list[list[float | None]]
    days: list[list[int]]
    left_out: int


class DecayShape(Schema):
    """Mean excursions in R after 1, 2, ... bars from the entry on: whatever became of the trade, and while it
    was held. `best_bar`: after how many the first is highest."""

    signals: int
    curve: list[EstimateShape]
    held: list[EstimateShape]
    best_bar: int | None


class InRegimeShape(Schema):
    """The signals of one regime: trend or range, calm or volatile, or unknown."""

    regime: str
    signals: int
    hit_rate: EstimateShape
    mean_r: EstimateShape
    mean_pct: EstimateShape


class RegimesShape(Schema):
    """Regimes that have a signal, of all `signals` that have settled; "not looked at yet" are the newest."""

    signals: int
    regimes: list[InRegimeShape]


class UnknownShape(Schema):
    """How many cannot be known, and why."""

    why: str
    signals: int


class TurnedShape(Schema):
    """Signals that were rejected for one reason, of one strategy, or of all (null). Of `rejected` so many
    would have `settled`, would have `missed` their entry, would still be `running`, or are not looked at yet
    (`waiting`). Rates, means and totals are of those that would have settled."""

    reason: str
    strategy: str | None
    rejected: int
    settled: int
    missed: int
    running: int
    waiting: int
    unknown: list[UnknownShape]
    hit_rate: EstimateShape
    mean_r: EstimateShape
    mean_pct: EstimateShape
    total_r: float | None
    total_pct: float | None


class RejectedShape(Schema):
    """By reason, the most frequent first, and by strategy and reason. `all_told` is false while more wait to
    be looked at than are counted here."""

    all_told: bool
    reasons: list[TurnedShape]
    strategies: list[TurnedShape]
