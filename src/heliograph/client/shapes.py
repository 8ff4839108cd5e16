"""What the answers of the API hold."""
# Written by scripts/make_client.py from the description of the API; not for hands.

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct


class Ahead(Struct, frozen=True, kw_only=True):
    """What a backtest would run over: instruments, the opens of the first and the last bar, and about how
    many bars in all.
    """

    venue: str
    instruments: int
    first: datetime
    last: datetime
    bars: int


class AlertRule(Struct, frozen=True, kw_only=True):
    """An alert rule. `state`: whether it holds now; `firing`: of how many series.

    `options` are those of its kind: `above` or `below` with `clear`; for `burn` also `objective` and
    `windows` of [short, long, times]; for `anomaly` `deviations`, `least`, `side` and `days`.
    `shipped`: it came with Heliograph, and of that `changed` are the fields that the owner has changed.
    """

    name: str
    title: str
    kind: Literal["threshold", "burn", "absence", "anomaly"]
    measure: str
    labels: dict[str, str]
    options: dict[str, Any]
    for_seconds: int
    clear_seconds: int
    severity: Literal["info", "warning", "critical"]
    cause: str
    follows: list[str]
    repeat_minutes: int | None
    escalate_minutes: int | None
    says: str
    comes_from: str
    look: str
    remedy: str
    anchor: str
    enabled: bool
    shipped: bool
    changed: list[str]
    state: Literal["off", "well", "pending", "firing"]
    firing: int


class Alert(Struct, frozen=True, kw_only=True):
    """An alert as it is stored. `bar_time` is the open of its bar; it is a signal when that has closed."""

    id: int
    state: Literal["waiting", "signal", "heeded", "refused"]
    known: bool
    reason: str
    action: str
    symbol: str | None
    venue: str | None
    bar_time: datetime | None
    received_at: datetime


class Times(Struct, frozen=True, kw_only=True):
    """Seconds that something took, over so many; null over none."""

    number: int
    mean_s: float | None
    median_s: float | None


class Noise(Struct, frozen=True, kw_only=True):
    """How often a rule fired, as a cause or following from one, and in how many incidents that somebody
    acknowledged.
    """

    rule: str
    title: str
    severity: Literal["info", "warning", "critical"]
    fired: int
    followed: int
    answered: int
    median_s: float | None


class AlertTrends(Struct, frozen=True, kw_only=True):
    """How alerts went since a moment; noisiest rules first."""

    since: datetime
    incidents: int
    absorbed: int
    flapping: int
    silenced: int
    told: int
    to_acknowledge: Times
    to_resolve: Times
    noisiest: list[Noise]


class Amendment(Struct, frozen=True, kw_only=True):
    """A delivery that touched the past of a series: from which bar to which, and how many of them."""

    id: int
    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    number: int
    first_open: datetime
    last_open: datetime
    inserted: int
    revised: int
    removed: int
    import_id: int
    recorded_at: datetime


class Estimate(Struct, frozen=True, kw_only=True):
    """A mean or share with its 95 % interval and the number that it rests on."""

    n: int
    value: float | None
    low: float | None
    high: float | None


class WorthSeries(Struct, frozen=True, kw_only=True):
    """Of the daily series, from the first day on which one of these signals ended to the last one; days
    without an end are 0. Ratios are per year of 365 days; `yearly`, `volatility`, `max_drawdown` and
    the risks of a day at 95 % are in the unit of the results.
    """

    days: int
    yearly: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float | None
    value_at_risk: float | None
    expected_shortfall: float | None


class Results(Struct, frozen=True, kw_only=True):
    """Results in one unit. `series` is null without a result, and for groups by instrument, hour or
    confidence, of which no days are kept.
    """

    expectancy: Estimate
    total: float | None
    profit_factor: float | None
    series: WorthSeries | None


class Spread(Struct, frozen=True, kw_only=True):
    """How results in R are spread: `counts` between `edges`, of which each holds its lower one, those
    `below` and `above`, and quantiles, known to the width of a bin; null where they lie outside.
    """

    edges: list[float]
    counts: list[int]
    below: int
    above: int
    q05: float | None
    q25: float | None
    median: float | None
    q75: float | None
    q95: float | None


class Worth(Struct, frozen=True, kw_only=True):
    """What settled signals came to, in R and in percent of one stake after costs. A hit is a return above
    zero; excursions and times are means.
    """

    signals: int
    hit_rate: Estimate
    r: Results
    pct: Results
    spread_r: Spread
    mfe_r: float | None
    mae_r: float | None
    bars_held: float | None
    hours_held: float | None
    brier: float | None
    log_loss: float | None


class Group(Struct, frozen=True, kw_only=True):
    """Signals of one kind. `key` is an id, an hour of the signal's bar in UTC, the place of a bin of
    confidence from 0 on (10: without one), or the name itself.
    """

    key: int | str
    name: str
    figures: Worth


class WorthOfDay(Struct, frozen=True, kw_only=True):
    """A UTC day, how many signals ended on it, and what they brought, added up."""

    day: date
    signals: int
    r: float | None
    pct: float | None


class Reliability(Struct, frozen=True, kw_only=True):
    """Signals of like confidence: from `low` to below `high`, their mean confidence and their hit rate."""

    low: float
    high: float
    confidence: float
    hit_rate: Estimate


class Brier(Struct, frozen=True, kw_only=True):
    """The Brier score and its parts: reliability - resolution + uncertainty + within bins."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float


class Calibration(Struct, frozen=True, kw_only=True):
    """Whether confidences are probabilities of a hit: the points of a reliability plot, the expected
    calibration error and its kin. `left_out` are signals without a confidence from 0 to 1 or a return.
    """

    n: int
    left_out: int
    binning: str
    bins: list[Reliability]
    ece: float | None
    worst_bin: float | None
    brier: Brier | None
    log_loss: float | None


class Analytics(Struct, frozen=True, kw_only=True):
    """All that was asked for, the groups, the days on which something ended, and the confidences.
    `not_yet` signals, of all that there are, have settled just now and are not counted yet; 0 but for
    moments in which tens of thousands settle.
    """

    by: Literal["strategy", "version", "instrument", "timeframe", "side", "hour", "confidence", "regime"]
    total: Worth
    groups: list[Group]
    days: list[WorthOfDay]
    calibration: Calibration
    not_yet: int


class AuditEntry(Struct, frozen=True, kw_only=True):
    """What somebody did; `digest` is of all that is said here and of `previous`."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    previous: str
    digest: str


class Summary(Struct, frozen=True, kw_only=True):
    """A backtest in seven figures; percents are of one stake, nothing is compounded."""

    trades: int
    win_rate: float | None
    expectancy_r: float | None
    profit_factor: float | None
    total_return_pct: float
    max_drawdown_pct: float
    fees_pct: float


class Estimates(Struct, frozen=True, kw_only=True):
    """Means and a share, with their intervals."""

    hit_rate: Estimate
    mean_r: Estimate
    mean_return_pct: Estimate


class BacktestDetail(Struct, frozen=True, kw_only=True):
    """The same with its text, and what became of all candidates."""

    id: int
    name: str
    timeframe: str
    venue: str
    version_id: int | None
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    job_id: int
    instruments: int
    first: datetime
    last: datetime
    close_at_end: bool
    overrides: dict[str, Any]
    params: dict[str, Any]
    digest: str
    data_digest: str
    engine_version: str
    figures: Summary | None
    estimates: Estimates | None
    created_at: datetime
    finished_at: datetime | None
    text: str
    published: int | None
    missed: int | None
    undecided: int | None
    open: int | None
    rejected: dict[str, int] | None


class Backtest(Struct, frozen=True, kw_only=True):
    """One run of a strategy over stored candles; figures are null until it is finished."""

    id: int
    name: str
    timeframe: str
    venue: str
    version_id: int | None
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    job_id: int
    instruments: int
    first: datetime
    last: datetime
    close_at_end: bool
    overrides: dict[str, Any]
    params: dict[str, Any]
    digest: str
    data_digest: str
    engine_version: str
    figures: Summary | None
    estimates: Estimates | None
    created_at: datetime
    finished_at: datetime | None


class InstrumentPart(Struct, frozen=True, kw_only=True):
    """What one instrument brought."""

    instrument: int
    symbol: str
    summary: Summary
    mean_r: Estimate


class Period(Struct, frozen=True, kw_only=True):
    """A month or a year by the exits in it."""

    name: str
    trades: int
    result_pct: float
    equity_pct: float
    drawdown_pct: float
    mean_r: Estimate


class Breakdown(Struct, frozen=True, kw_only=True):
    """A result cut into parts."""

    instruments: list[InstrumentPart]
    periods: list[Period]


class Level(Struct, frozen=True, kw_only=True):
    """One level of the cache over all processes; rates of 0 to 1, null where nothing was asked or timed."""

    number: int
    name: str
    hits: int
    misses: int
    outdated: int
    errors: int
    hit_rate: float | None
    p50_us: float | None
    p99_us: float | None


class Prefix(Struct, frozen=True, kw_only=True):
    """What was asked under one prefix of keys; `saved_s` is computing saved less the cost of caching."""

    name: str
    hit_rate: float | None
    computed: int
    computing_s: float
    saved_s: float | None
    verdict: str


class Cache(Struct, frozen=True, kw_only=True):
    """The cache over all processes that told what they counted."""

    processes: int
    entries: int
    bytes: int
    levels: list[Level]
    prefixes: list[Prefix]


class CandleRevision(Struct, frozen=True, kw_only=True):
    """What a closed candle said before it was corrected; imports are named by their id."""

    open_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None
    id: int
    source_id: int
    recorded_at: datetime
    replaced_by_id: int
    replaced_at: datetime


class Candle(Struct, frozen=True, kw_only=True):
    """A closed bar; `volume` is null where the source has none."""

    open_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class ChannelDetail(Struct, frozen=True, kw_only=True):
    """The same with its options; `secrets`: how many signing secrets that were made for it are in use."""

    name: str
    kind: str
    where: str
    audience: str
    topics: list[str]
    enabled: bool
    reason: str
    sent: int
    pending: int
    failed: int
    failures: int
    error: str
    last_sent_at: datetime | None
    rests_until: datetime | None
    options: dict[str, Any]
    secrets: int


class Option(Struct, frozen=True, kw_only=True):
    """An option of a kind of channel. One that `holds_secret` names an environment variable; one that is
    `inside` only an admin may give. `choices` are its values, where it has only some.
    """

    name: str
    label: str
    says: str
    needed: bool
    shape: Literal["text", "lines", "number", "tick", "choice", "area"]
    choices: list[str]
    example: str
    holds_secret: bool
    inside: bool


class ChannelKind(Struct, frozen=True, kw_only=True):
    """What a channel can be: its `kind`, options that are the same for all of it, and those that it takes."""

    name: str
    title: str
    says: str
    group: str
    kind: str
    fixed: dict[str, Any]
    options: list[Option]


class ChannelSecret(Struct, frozen=True, kw_only=True):
    """The newest signing secret of a channel, which is shown this once; `secrets`: how many sign with it."""

    channel: str
    secret: str
    secrets: int


class Channel(Struct, frozen=True, kw_only=True):
    """A channel, and how its deliveries stand; `error`: what went wrong last, while it fails."""

    name: str
    kind: str
    where: str
    audience: str
    topics: list[str]
    enabled: bool
    reason: str
    sent: int
    pending: int
    failed: int
    failures: int
    error: str
    last_sent_at: datetime | None
    rests_until: datetime | None


class Chart(Struct, frozen=True, kw_only=True):
    """What a candle chart is drawn from. Times are seconds UTC of bar opens; a candle is time, open, high,
    low and close.
    """

    decimals: int
    daily: bool
    candles: list[list[float]]
    gaps: list[int]
    levels: list[dict[str, Any]]
    zone: dict[str, Any] | None
    markers: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    guides: list[dict[str, Any]]
    focus: int | None
    panes: int


class Finding(Struct, frozen=True, kw_only=True):
    """One mistake in a text, and what may be meant; places are null where it is not at one."""

    line: int | None
    column: int | None
    length: int
    message: str
    suggestion: str | None


class Meant(Struct, frozen=True, kw_only=True):
    """What a text without mistakes means here: the newest version of its strategy (0: none), the one that
    says the same, how many stored instruments it watches, and its lengths in bars; `settle` is null
    where it depends for ever on where the candles begin.
    """

    strategy: str
    timeframe: str
    newest: int
    same_as: int | None
    instruments: int
    warmup: int
    settle: int | None
    frames: list[str]


class CheckedText(Struct, frozen=True, kw_only=True):
    """The mistakes of a text, or what it means."""

    findings: list[Finding]
    meant: Meant | None


class Figures(Struct, frozen=True, kw_only=True):
    """What one of two versions gave on their common ground."""

    version: int
    stage: Literal["draft", "shadow", "live", "retired"]
    published: int
    only_here: int
    rejected: int
    settled: int
    mean_r: Estimate
    hit_rate: Estimate
    mean_return_pct: Estimate


class Comparison(Struct, frozen=True, kw_only=True):
    """Two versions over the bars and instruments that both have evaluated."""

    strategy: str
    instruments: int
    first_bar: datetime | None
    last_bar: datetime | None
    in_common: int
    versions: list[Figures]
    mean_r_difference: Estimate


class Prices(Struct, frozen=True, kw_only=True):
    """What a bar says; `volume` is null where the source has none."""

    open: float
    high: float
    low: float
    close: float
    volume: float | None


class Correction(Struct, frozen=True, kw_only=True):
    """One correction of one bar: what it said, and what it says since; null where it was taken away.

    `source` gave what it said before, `replaced_by` what it says since: both are ids of imports.
    """

    id: int
    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    open_time: datetime
    before: Prices
    after: Prices | None
    recorded_at: datetime
    replaced_at: datetime
    source: int
    replaced_by: int
    undone: bool


class Correlation(Struct, frozen=True, kw_only=True):
    """Strategies by name, and of each pair the correlation of their daily results with its 95 % interval,
    and the days that both have. `left_out` are those with the fewest signals.
    """

    names: list[str]
    values: list[list[float | None]]
    low: list[list[float | None]]
    high: list[list[float | None]]
    days: list[list[int]]
    left_out: int


class Count(Struct, frozen=True, kw_only=True):
    """How many it was done to."""

    count: int


class Counted(Struct, frozen=True, kw_only=True):
    """How many there are."""

    count: int


class Gap(Struct, frozen=True, kw_only=True):
    """Bars that should exist and do not: the opens of the first and the last one, and how many."""

    first: datetime
    last: datetime
    bars: int


class Coverage(Struct, frozen=True, kw_only=True):
    """One series between its first and its last bar; `share` is 0 to 1, null where nothing is expected."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    calendar: str
    first: datetime
    last: datetime
    bars: int
    expected: int
    missing: int
    share: float | None
    gaps: list[Gap]


class QualityParts(Struct, frozen=True, kw_only=True):
    """0 to 1 each; null where there is nothing to judge by."""

    completeness: float | None
    freshness: float | None
    gaps: float | None
    revisions: float | None
    plausibility: float | None
    duplicates: float | None


class QualityCounts(Struct, frozen=True, kw_only=True):
    """What the parts rest on, added up over `days` of series. `timed` bars came as they closed, `timely`
    of them soon; `judged` ones were looked at for what is implausible.
    """

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


class QualityGroup(Struct, frozen=True, kw_only=True):
    """A group; `score` is 0 to 100, the mean of the known parts by their weights."""

    name: str
    score: float | None
    parts: QualityParts
    counts: QualityCounts


class DataQuality(Struct, frozen=True, kw_only=True):
    """All that was asked for, and groups: the worst first, days in their order."""

    by: Literal["venue", "instrument", "series", "day"]
    total: QualityGroup
    groups: list[QualityGroup]


class Decay(Struct, frozen=True, kw_only=True):
    """Mean excursions in R after 1, 2, ... bars from the entry on: whatever became of the trade, and while
    it was held. `best_bar`: after how many the first is highest.
    """

    signals: int
    curve: list[Estimate]
    held: list[Estimate]
    best_bar: int | None


class Decision(Struct, frozen=True, kw_only=True):
    """A piece of work that got a place or changed it, and why."""

    id: int
    key: str
    from_node: str
    to_node: str
    strategy: str
    reason: str
    at: datetime


class Delivery(Struct, frozen=True, kw_only=True):
    """A delivery with the notice that it brings."""

    delivery: int
    channel: str
    state: str
    tries: int
    not_before: datetime
    held: str
    message: str | None
    sent_at: datetime | None
    error: str
    notice: int
    topic: str
    subject: str
    created_at: datetime


class Change(Struct, frozen=True, kw_only=True):
    """One key that means something else; `section` is empty for those at the top of the file."""

    section: str
    key: str
    kind: Literal["added", "removed", "changed", "renamed"]
    before: str | None
    after: str | None
    steps: list[dict[str, Any]]
    says: str


class Difference(Struct, frozen=True, kw_only=True):
    """What changed in meaning from one version to another."""

    same_meaning: bool
    changes: list[Change]


class Effect(Struct, frozen=True, kw_only=True):
    """A change of stage that a version can go through now, the role that it needs, and what it does.
    `rollback` goes back to the version that was live before, or aborts a rollout.
    """

    act: Literal["shadow", "live", "rollback", "retire"]
    needs: Literal["viewer", "analyst", "operator", "admin"]
    label: str
    effect: str


class EffectList(Struct, frozen=True, kw_only=True):
    """Changes of stage, the next step first."""

    items: list[Effect]


class Equity(Struct, frozen=True, kw_only=True):
    """UTC days, the sum of all results until each, and how far that is below its highest; in percent of
    one stake.
    """

    days: list[datetime]
    equity: list[float]
    drawdown: list[float]


class Evaluation(Struct, frozen=True, kw_only=True):
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
    gates: dict[str, dict[str, Any]]
    reason: str
    started_at: datetime
    duration_ms: float


class Example(Struct, frozen=True, kw_only=True):
    """A strategy that comes along."""

    name: str
    timeframe: str
    description: str
    text: str


class TestedDifference(Struct, frozen=True, kw_only=True):
    """Live less expected, with its 95 % interval; `chance` is the probability of one at least as large if
    there is none, by that test. `n` and `n_expected` are the numbers of both samples.
    """

    value: float | None
    low: float | None
    high: float | None
    chance: float | None
    test: str
    n: int
    n_expected: int


class Expectation(Struct, frozen=True, kw_only=True):
    """A version live beside its newest finished backtest. Live are the signals of bars since it is active."""

    version_id: int
    name: str
    backtest_id: int
    live_r: Estimate
    expected_r: Estimate
    difference_r: TestedDifference
    difference_hits: TestedDifference
    verdict: Literal["as expected", "below expectation", "above expectation", "too few signals"]


class Expectations(Struct, frozen=True, kw_only=True):
    """Versions by name."""

    versions: list[Expectation]


class Bar(Struct, frozen=True, kw_only=True):
    """A candle as it was known."""

    bar_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class WarmUp(Struct, frozen=True, kw_only=True):
    """Why a value is unknown: bars needed, bars that existed, and when it was first known."""

    needed: int
    existing: int
    known_from: datetime | None


class Clause(Struct, frozen=True, kw_only=True):
    """One part of an expression at the bar; `decides` marks those that make the whole false or unknown."""

    kind: str
    text: str
    name: str
    column: int
    value: float | None
    previous: float | None
    verdict: Literal["true", "false", "unknown"] | None
    decides: bool
    says: str
    warm_up: WarmUp | None
    parts: list[Clause]


class Expression(Struct, frozen=True, kw_only=True):
    """One key of a side, such as `enter` or `stop`, with its tree."""

    key: str
    tree: Clause


class Check(Struct, frozen=True, kw_only=True):
    """One filter of a candidate; `passed` is null where it was not asked."""

    name: str
    value: float | None
    limit: float | None
    passed: bool | None
    decides: bool
    says: str


class Slot(Struct, frozen=True, kw_only=True):
    """The slot of a side at the close of the bar."""

    state: Literal["free", "taken", "cooldown"]
    signal_id: int | None
    since: datetime | None
    bars_left: int | None
    says: str


class Side(Struct, frozen=True, kw_only=True):
    """Why one side did, or did not, give a signal."""

    side: Literal["long", "short"]
    ending: str
    reason: str
    sentence: str
    signal_id: int | None
    roots: list[Expression]
    filters: list[Check]
    slot: Slot


class Near(Struct, frozen=True, kw_only=True):
    """How `enter` stood on a bar close by."""

    bar_time: datetime
    side: Literal["long", "short"]
    verdict: Literal["true", "false", "unknown"]
    signal_id: int | None
    state: str


class Postponed(Struct, frozen=True, kw_only=True):
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
    gates: dict[str, dict[str, Any]]
    reason: str


class Explanation(Struct, frozen=True, kw_only=True):
    """All that is known about one version, one instrument and one bar.

    `as_known_at` is the moment whose candles were used, null for today's; `revised` says that today's
    would give other values.
    """

    version_id: int
    strategy: str
    number: int
    stage: str
    timeframe: str
    instrument_id: int
    venue: str
    symbol: str
    bar: Bar
    as_known_at: datetime | None
    revised: bool
    sides: list[Side]
    near: list[Near]
    evaluated: Evaluation | None
    postponed: Postponed | None


class Filter(Struct, frozen=True, kw_only=True):
    """A question that one keeps for a page, as the query of its address."""

    id: int
    page: str
    name: str
    query: str


class ForecastValue(Struct, frozen=True, kw_only=True):
    """One value of a forecast. `at`: when its span ends; null where it is of so many signals."""

    at: datetime | None
    low: float
    mean: float
    high: float
    naive: float


class ForecastScore(Struct, frozen=True, kw_only=True):
    """How forecasts of a target fared in the last 30 days, over the values that came; null where none did.

    `error` is the mean absolute error, `scaled` the same in mean errors of the naive forecast within
    the history (MASE), `skill` the share by which it is below that of the naive one, `inside` the share
    of values within their interval.
    """

    forecasts: int
    values: int
    error: float | None
    naive_error: float | None
    scaled: float | None
    skill: float | None
    inside: float | None


class Forecast(Struct, frozen=True, kw_only=True):
    """The newest forecast of a target; with a `reason` there is none, and it has no values.

    `coverage` is the share of cases in which the interval should hold the true value. `full_` are when
    what fills is full: at the earliest, by the mean, at the latest; null: not within two years.
    """

    kind: Literal["load", "space", "expectancy"]
    name: str
    labels: dict[str, str]
    says: str
    strategy: str | None
    version: int | None
    made_at: datetime
    reason: str
    model: str
    coverage: float | None
    history_from: datetime | None
    history_until: datetime | None
    history_points: int
    signals: int | None
    values: list[ForecastValue]
    full_early: datetime | None
    full_mean: datetime | None
    full_late: datetime | None
    score: ForecastScore


class Found(Struct, frozen=True, kw_only=True):
    """One thing of that name; `beside` tells it from its like, `address` is its page."""

    kind: str
    name: str
    beside: str
    address: str


class FoundList(Struct, frozen=True, kw_only=True):
    """What was found, at most twenty of each kind."""

    items: list[Found]


class Freshness(Struct, frozen=True, kw_only=True):
    """How old the newest bar of a series is: `age_s` from its end by the clock of its venue."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    newest: datetime
    bars: int
    age_s: float
    missing: int


class UnknownMeasure(Struct, frozen=True, kw_only=True):
    """A measure that is unknown, and why."""

    part: str
    measure: str
    labels: dict[str, str]
    reason: str


class HealthMeasure(Struct, frozen=True, kw_only=True):
    """One measure. `state` is empty where nothing judges it; `value` is null for a `reason`."""

    name: str
    labels: dict[str, str]
    unit: str
    says: str
    value: float | None
    state: Literal["green", "amber", "red", "unknown", ""]
    reason: str


class HealthPart(Struct, frozen=True, kw_only=True):
    """A part of the whole. `score` is 0 to 100, null if nothing of it is known; `why`: what is not green."""

    name: str
    score: float | None
    state: Literal["green", "amber", "red", "unknown"]
    weight: float
    why: list[str]
    measures: list[HealthMeasure]


class Serving(Struct, frozen=True, kw_only=True):
    """Whether each part answers, and whether the database has all tables."""

    database: bool
    migrations: bool
    redis: bool


class WorkCounts(Struct, frozen=True, kw_only=True):
    """Pieces of work in each state."""

    running: int
    failed: int
    parked: int
    dropped: int


class VenueHealth(Struct, frozen=True, kw_only=True):
    """The bars of one timeframe at one venue; `current` series have the newest bar of the venue."""

    venue: str
    kind: str
    timeframe: str
    newest_open: datetime
    stored_at: datetime
    series: int
    current: int
    bars: int


class Health(Struct, frozen=True, kw_only=True):
    """How the installation stands, worst first; `at` is when it was measured, at most ten seconds ago.

    `score` is 0 to 100. `capped_by`: the gates that keep it down.
    """

    status: Literal["ready", "not ready"]
    version: str
    at: datetime
    score: float | None
    state: Literal["green", "amber", "red", "unknown"]
    weakest: str | None
    capped_by: list[str]
    unknown: list[UnknownMeasure]
    parts: list[HealthPart]
    serving: Serving
    work: WorkCounts
    venues: list[VenueHealth]


class Heartbeat(Struct, frozen=True, kw_only=True):
    """The dead-man's switch; `where` is the host of its address. `held`: why nothing is sent now."""

    where: str
    method: Literal["GET", "POST"]
    least_score: float
    state: Literal["reached", "failing", "held", "new"]
    set_at: datetime
    tried_at: datetime | None
    reached_at: datetime | None
    failures: int
    error: str
    held: str


class HeartbeatTest(Struct, frozen=True, kw_only=True):
    """Whether it was taken, and why not."""

    sent: bool
    error: str


class Import(Struct, frozen=True, kw_only=True):
    """One delivery of candles: a file, what an exchange or a replay gave."""

    id: int
    venue: str
    kind: str
    name: str
    format: str
    sha256: str
    state: Literal["unfinished", "finished", "undone"]
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    rows_done: int
    inserted: int
    revised: int
    unchanged: int
    skipped: int
    findings: dict[str, Any]


class Incident(Struct, frozen=True, kw_only=True):
    """An incident. `opened_at`: when it began, `seen_at`: when that was seen; `lasted_s` is null while it
    goes on.

    `alerts`: how many it is made of; `absorbed_by`: the incident that turned out to be its cause.
    """

    id: int
    state: Literal["open", "acknowledged", "resolved", "absorbed"]
    severity: Literal["info", "warning", "critical"]
    title: str
    rule: str
    cause: str
    opened_at: datetime
    seen_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    resolved_at: datetime | None
    lasted_s: float | None
    flapping: bool
    reopened: int
    silenced: bool
    told: int
    alerts: int
    absorbed_by: int | None


class AlertOfIncident(Struct, frozen=True, kw_only=True):
    """One alert of an incident. `value` is the newest that told something new; null: it has none.

    `unknown_since`: its measure is not known any more. `is_consequence`: it follows from the others.
    """

    rule: str
    title: str
    labels: dict[str, str]
    state: Literal["pending", "firing", "resolved"]
    severity: Literal["info", "warning", "critical"]
    since: datetime
    resolved_at: datetime | None
    unknown_since: datetime | None
    value: float | None
    worst: float | None
    words: str
    is_consequence: bool


class IncidentLine(Struct, frozen=True, kw_only=True):
    """A line of the time line; `who` is empty where it was Heliograph itself."""

    at: datetime
    kind: str
    words: str
    who: str


class IncidentStory(Struct, frozen=True, kw_only=True):
    """All of an incident: what it means, what to do, its alerts, and its time line, oldest first."""

    incident: Incident
    says: str
    comes_from: str
    look: str
    remedy: str
    anchor: str
    alerts: list[AlertOfIncident]
    lines: list[IncidentLine]


class Parameter(Struct, frozen=True, kw_only=True):
    """An argument of a function; it is required where `default` is null."""

    name: str
    kind: Literal["series", "period", "number", "timeframe"]
    default: float | None
    least: float
    most: float


class Indicator(Struct, frozen=True, kw_only=True):
    """A function of the language. Of its example: bars until it is known, and until where one began no
    longer matters (null: it always does).
    """

    name: str
    signature: str
    group: str
    summary: str
    reference: str
    example: str
    parameters: list[Parameter]
    warmup: int
    settle: int | None


class Listing(Struct, frozen=True, kw_only=True):
    """One span in which an instrument traded."""

    listed_at: datetime
    delisted_at: datetime | None


class Series(Struct, frozen=True, kw_only=True):
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


class Instrument(Struct, frozen=True, kw_only=True):
    """One thing that trades at one venue, with its series; `calendar` judges gaps and staleness."""

    id: int
    symbol: str
    venue: str
    calendar: str
    replay: bool
    listed_at: datetime | None
    delisted_at: datetime | None
    listings: list[Listing]
    series: list[Series]


class Invitation(Struct, frozen=True, kw_only=True):
    """An invitation that nobody has used yet."""

    id: int
    name: str
    email: str
    role: Literal["viewer", "analyst", "operator", "admin"]
    team: str | None
    made_by: str | None
    made_at: datetime
    expires_at: datetime


class Job(Struct, frozen=True, kw_only=True):
    """Long work; `total` is null where its length is not known."""

    id: int
    kind: str
    title: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    total: int | None
    unit: str
    result: dict[str, Any]
    cancel_asked: bool
    holder: str
    tries: int
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Link(Struct, frozen=True, kw_only=True):
    """A link that works once, and is shown this once."""

    address: str
    name: str
    expires_at: datetime


class LiveDifference(Struct, frozen=True, kw_only=True):
    """A signal that is not the same, and in words what differs."""

    symbol: str
    side: str
    signal_time: datetime
    says: str


class LiveCheck(Struct, frozen=True, kw_only=True):
    """A backtest beside what was published live: `compared` signals of `instruments`, of which `differing`
    are not the same. `equal` is null where there was nothing to compare; `says` tells why.
    """

    equal: bool | None
    says: str
    instruments: int
    began_elsewhere: int
    compared: int
    differing: int
    first: LiveDifference | None


class MadeChannel(Struct, frozen=True, kw_only=True):
    """The same with the signing secret that was made for it, which is shown this once; null: none was."""

    name: str
    kind: str
    where: str
    audience: str
    topics: list[str]
    enabled: bool
    reason: str
    sent: int
    pending: int
    failed: int
    failures: int
    error: str
    last_sent_at: datetime | None
    rests_until: datetime | None
    options: dict[str, Any]
    secrets: int
    secret: str | None


class MadeSource(Struct, frozen=True, kw_only=True):
    """The same with the path that alerts go to, and the secret, which is shown this once."""

    name: str
    strategy: str
    version: int
    stage: Literal["draft", "shadow", "live", "retired"]
    timeframe: str
    venue: str
    long_only: bool
    addresses: list[str]
    per_minute: int
    created_at: datetime
    renewing: bool
    alerts: int
    refused: int
    last_alert_at: datetime | None
    path: str
    secret: str


class MadeToken(Struct, frozen=True, kw_only=True):
    """The same with the whole of it, which is shown this once."""

    id: int
    name: str
    shown: str
    person: str
    scope: Literal["read", "write", "admin"]
    state: Literal["living", "expired", "revoked"]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    secret: str


class OwnToken(Struct, frozen=True, kw_only=True):
    """The token that asks."""

    name: str
    scope: Literal["read", "write", "admin"]


class Me(Struct, frozen=True, kw_only=True):
    """Who asks, and how they want to see things; `time_zone` is empty for UTC, `token` null in a session."""

    id: int
    name: str
    email: str
    role: Literal["viewer", "analyst", "operator", "admin"]
    teams: list[str]
    time_zone: str
    candles: Literal["ink", "teal-red"]
    joined_at: datetime
    token: OwnToken | None


class Member(Struct, frozen=True, kw_only=True):
    """An instrument that a version looks at. `watermark` is its newest evaluated bar, null where none was."""

    instrument_id: int
    symbol: str
    venue: str
    shard: int
    origin: datetime
    watermark: datetime | None
    historical_until: datetime


class Try(Struct, frozen=True, kw_only=True):
    """One try to send."""

    at: datetime
    result: str
    seconds: float
    error: str


class Told(Struct, frozen=True, kw_only=True):
    """One notice of a message, in one line."""

    topic: str
    subject: str
    line: str
    at: datetime


class MessageDetail(Struct, frozen=True, kw_only=True):
    """The same with what it says to people, and all that it tells of."""

    id: int
    delivery: int | None
    message: str
    channel: str
    subscription: int | None
    topic: str
    title: str
    reason: str
    notices: int
    state: str
    tries: int
    made_at: datetime
    sent_at: datetime | None
    not_before: datetime
    error: str
    log: list[Try]
    text: str
    told: list[Told]


class Message(Struct, frozen=True, kw_only=True):
    """What a channel was sent in one go, with its last tries, oldest first. `delivery` is one of its
    deliveries, by which it is sent again; `message` is the id by which a receiver discards repeats.
    """

    id: int
    delivery: int | None
    message: str
    channel: str
    subscription: int | None
    topic: str
    title: str
    reason: str
    notices: int
    state: str
    tries: int
    made_at: datetime
    sent_at: datetime | None
    not_before: datetime
    error: str
    log: list[Try]


class Node(Struct, frozen=True, kw_only=True):
    """A worker node; `why` says what made its state. Null is not measured."""

    name: str
    state: Literal["alive", "late", "draining", "ejected", "probation", "lost", "left"]
    why: str
    host: str
    pid: int
    queues: list[str]
    capacity: int
    weight: float
    outstanding: int
    latency_ms: float | None
    mean_ms: float | None
    places: int
    heartbeat_age_s: float
    cpu_pct: float | None
    rss_bytes: int | None


class Way(Struct, frozen=True, kw_only=True):
    """How one notice fares on one channel; `message` is the id of what it went in."""

    delivery: int
    channel: str
    state: str
    tries: int
    not_before: datetime
    held: str
    message: str | None
    sent_at: datetime | None
    error: str


class Notice(Struct, frozen=True, kw_only=True):
    """One thing that was told, with its deliveries."""

    id: int
    topic: str
    subject: str
    payload: dict[str, Any]
    created_at: datetime
    ways: list[Way]


class OnWatchlist(Struct, frozen=True, kw_only=True):
    """An instrument on one's watch-list."""

    instrument_id: int
    venue: str
    symbol: str
    added_at: datetime


class Outcome(Struct, frozen=True, kw_only=True):
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


class Reason(Struct, frozen=True, kw_only=True):
    """How many candidates were rejected for one reason."""

    reason: str
    count: int


class Overview(Struct, frozen=True, kw_only=True):
    """The figures of the first page: open signals by the stage of their version; signals found in the last
    day, and why candidates were rejected; the mean R of those that settled in the last week.
    """

    at: datetime
    live: int
    shadow: int
    published: int
    rejected: int
    mean_r: Estimate
    reasons: list[Reason]


class Setting(Struct, frozen=True, kw_only=True):
    """A thing that two runs were told differently."""

    name: str
    first: str
    second: str


class Pair(Struct, frozen=True, kw_only=True):
    """Two finished backtests beside each other; differences are the second less the first, trade by trade."""

    both: int
    only_first: int
    only_second: int
    equal: int
    difference_r: Estimate
    difference_pct: Estimate
    settings: list[Setting]


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who can sign in; `way` is how. `role` is null for who may do nothing."""

    id: int
    name: str
    email: str
    role: Literal["viewer", "analyst", "operator", "admin"] | None
    teams: list[str]
    active: bool
    way: str
    joined_at: datetime
    last_seen: datetime | None


class Place(Struct, frozen=True, kw_only=True):
    """Which node a piece of work goes to; `node` is null where it is forgotten."""

    key: str
    concern: str
    node: str | None
    strategy: str
    reason: str
    placed_at: datetime


class Ranked(Struct, frozen=True, kw_only=True):
    """A node in the order in which it would be taken: how many keys it holds, and may hold."""

    node: str
    holds: int
    most: int


class Move(Struct, frozen=True, kw_only=True):
    """A move of a piece of work; `before` is null where it was new."""

    at: datetime
    before: str | None
    after: str
    strategy: str
    reason: str


class PlaceStory(Struct, frozen=True, kw_only=True):
    """Where a piece of work lies, how the nodes rank for it, and its newest moves, the last first."""

    key: str
    concern: str
    node: str | None
    strategy: str
    reason: str
    placed_at: datetime
    ranking: list[Ranked]
    decisions: list[Move]


class PlotLine(Struct, frozen=True, kw_only=True):
    """The values of an expression at the bars, null where unknown; a condition is 0 or 1. Pane 0 is that
    of the prices.
    """

    name: str
    pane: int
    values: list[float | None]


class PlotFault(Struct, frozen=True, kw_only=True):
    """Why an expression has no values; `column` counts from 1, 0 if it is the whole."""

    text: str
    column: int
    message: str
    suggestion: str | None


class Plot(Struct, frozen=True, kw_only=True):
    """Expressions over the newest bars of a series, or those before `until`, oldest first."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    opens: list[datetime]
    lines: list[PlotLine]
    faults: list[PlotFault]


class PreviewedNotice(Struct, frozen=True, kw_only=True):
    """A notice that would have come, in one line."""

    topic: str
    subject: str
    title: str
    created_at: datetime


class Preview(Struct, frozen=True, kw_only=True):
    """How many of the notices of the last week would have come. Of those only the newest `of` were looked
    at where there were `more`; `examples` are the newest of them.
    """

    would_have: int
    of: int
    more: bool
    examples: list[PreviewedNotice]


class QualityPart(Struct, frozen=True, kw_only=True):
    """One thing that was measured: 0 to 1, null where it cannot be known, and what it rests on."""

    name: str
    weight: float
    score: float | None
    says: str


class Quality(Struct, frozen=True, kw_only=True):
    """A series judged by its newest bars, from `first` to `last`; `score` is 0 to 100."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    bars: int
    first: datetime
    last: datetime
    score: float | None
    parts: list[QualityPart]


class Queue(Struct, frozen=True, kw_only=True):
    """One queue: messages that wait, null where Redis does not answer, and the nodes that read it."""

    name: str
    waiting: int | None
    nodes: list[str]


class ReasonList(Struct, frozen=True, kw_only=True):
    """Reasons, the most frequent first."""

    items: list[Reason]


class RecommendationEvidence(Struct, frozen=True, kw_only=True):
    """A number, or a moment as ISO 8601, and the rows that it comes from."""

    what: str
    value: float | str
    source: str


class RecommendationEffect(Struct, frozen=True, kw_only=True):
    """Which measure should go which way, and why; `expected` is null where that cannot be said."""

    measure: str
    labels: dict[str, str]
    way: Literal["up", "down"]
    now: float | None
    expected: float | None
    basis: str


class RecommendationJudgement(Struct, frozen=True, kw_only=True):
    """What came of it: means of the measure before and after, with the 95 % interval of their difference.

    Null where it has no measure, or too little of it is known. `still_found`: its rule says it still.
    """

    still_found: bool
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    n_before: int | None
    n_after: int | None


class Recommendation(Struct, frozen=True, kw_only=True):
    """Something that could be better: what to do, from which numbers, by which command, and what came of
    it.

    `verdict` is empty unless it was done.
    """

    id: int
    rule: str
    subject: str
    title: str
    why: str
    command: str
    evidence: list[RecommendationEvidence]
    effect: RecommendationEffect | None
    strategy: str | None
    state: Literal["open", "done", "dismissed", "over"]
    opened_at: datetime
    seen_at: datetime
    answered_at: datetime | None
    answered_by: str
    reason: str
    verdict: Literal["", "cannot tell yet", "helped", "did not help"]
    judged_at: datetime | None
    judgement: RecommendationJudgement | None


class InRegime(Struct, frozen=True, kw_only=True):
    """The signals of one regime: trend or range, calm or volatile, or unknown."""

    regime: str
    signals: int
    hit_rate: Estimate
    mean_r: Estimate
    mean_pct: Estimate


class Regimes(Struct, frozen=True, kw_only=True):
    """Regimes that have a signal, of all `signals` that have settled; "not looked at yet" are the newest."""

    signals: int
    regimes: list[InRegime]


class Unknown(Struct, frozen=True, kw_only=True):
    """How many cannot be known, and why."""

    why: str
    signals: int


class Turned(Struct, frozen=True, kw_only=True):
    """Signals that were rejected for one reason, of one strategy, or of all (null). Of `rejected` so many
    would have `settled`, would have `missed` their entry, would still be `running`, or are not looked
    at yet (`waiting`). Rates, means and totals are of those that would have settled.
    """

    reason: str
    strategy: str | None
    rejected: int
    settled: int
    missed: int
    running: int
    waiting: int
    unknown: list[Unknown]
    hit_rate: Estimate
    mean_r: Estimate
    mean_pct: Estimate
    total_r: float | None
    total_pct: float | None


class Rejected(Struct, frozen=True, kw_only=True):
    """By reason, the most frequent first, and by strategy and reason. `all_told` is false while more wait
    to be looked at than are counted here.
    """

    all_told: bool
    reasons: list[Turned]
    strategies: list[Turned]


class Replay(Struct, frozen=True, kw_only=True):
    """Stored history that is played as if live; `clock` is the end of its last played bar."""

    id: int
    venue: str
    timeframe: str
    seconds_per_bar: float
    clock: datetime
    position: datetime
    ends_at: datetime
    started_at: datetime
    finished_at: datetime | None
    again: bool


class Replayed(Struct, frozen=True, kw_only=True):
    """How many deliveries go again."""

    count: int


class ReportPeriod(Struct, frozen=True, kw_only=True):
    """From `since` to before `until`; that before it begins at `before`."""

    kind: Literal["hourly", "daily", "weekly", "monthly", "custom"]
    since: datetime
    until: datetime
    before: datetime
    zone: str


class ReportFigure(Struct, frozen=True, kw_only=True):
    """A number of the period and of the one before it; null for a `reason`. `low` and `high` are the ends
    of the 95 % interval, `n` is what it rests on.
    """

    label: str
    unit: Literal["count", "r", "pct", "loss", "ratio", "hours", "share", "score", "text", "time", "price"]
    value: float | None
    previous: float | None
    low: float | None
    high: float | None
    n: int | None
    reason: str | None


class ReportColumn(Struct, frozen=True, kw_only=True):
    """A column of a table."""

    name: str
    label: str
    unit: Literal["count", "r", "pct", "loss", "ratio", "hours", "share", "score", "text", "time", "price"]


class ReportTable(Struct, frozen=True, kw_only=True):
    """Rows under columns; `chart` is how documents draw it."""

    title: str
    columns: list[ReportColumn]
    rows: list[list[str | float | None]]
    note: str | None
    chart: Literal["", "curve", "histogram", "reliability", "course"]


class ReportSection(Struct, frozen=True, kw_only=True):
    """A part of a report; `reason` says why all of it is unknown."""

    title: str
    figures: dict[str, ReportFigure]
    tables: dict[str, ReportTable]
    reason: str | None


class ReportContent(Struct, frozen=True, kw_only=True):
    """All that a report says."""

    title: str
    period: ReportPeriod
    summary: list[str]
    signals: ReportSection
    performance: ReportSection
    data_quality: ReportSection
    health: ReportSection
    trends: ReportSection
    recommendations: ReportSection
    details: ReportSection


class Report(Struct, frozen=True, kw_only=True):
    """One report that is kept; `state` is that of its job, null where that is forgotten."""

    id: int
    kind: Literal["hourly", "daily", "weekly", "monthly", "custom"]
    since: datetime
    until: datetime
    zone: str
    state: Literal["queued", "running", "done", "failed", "cancelled"] | None
    job_id: int | None
    schedule_id: int | None
    is_made: bool
    created_at: datetime
    finished_at: datetime | None


class Revision(Struct, frozen=True, kw_only=True):
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


class Ring(Struct, frozen=True, kw_only=True):
    """A line of the timetable: its newest slot, and when that was rung."""

    name: str
    due_at: datetime
    rung_at: datetime


class Rollout(Struct, frozen=True, kw_only=True):
    """A version that takes over from another one, share by share; `gates` are its limits."""

    id: int
    strategy: str
    candidate_id: int
    candidate: int
    former_id: int
    former: int
    share: int
    state: Literal["running", "completed", "rolled_back"]
    reason: str
    gates: dict[str, Any]
    measured: dict[str, Any]
    started_at: datetime
    checked_at: datetime | None
    ended_at: datetime | None


class ScalingAction(Struct, frozen=True, kw_only=True):
    """A change of the number of workers, why, and what it brought; `effect` is null until it is measured."""

    id: int
    pool: str
    before: int
    after: int
    reason: str
    measured: dict[str, Any]
    effect: dict[str, Any] | None
    dry_run: bool
    error: str
    at: datetime
    effect_at: datetime | None


class ScalingLook(Struct, frozen=True, kw_only=True):
    """What the policy of a pool saw and wished at a moment."""

    id: int
    pool: str
    at: datetime
    workers: int
    wished: int
    target: int
    reason: str
    measured: dict[str, Any]


class Schedule(Struct, frozen=True, kw_only=True):
    """Who gets which report regularly. `audience` is whose it is, such as "person:7", empty: everybody's;
    what is hidden from them is not in it. `form` is what letters carry.
    """

    id: int
    audience: str
    kind: Literal["hourly", "daily", "weekly", "monthly"]
    zone: str
    channel: str | None
    form: str
    paused: bool
    next_at: datetime
    created_at: datetime


class Score(Struct, frozen=True, kw_only=True):
    """A version of a strategy with what its signals came to."""

    version_id: int
    strategy: str
    number: int
    stage: Literal["draft", "shadow", "live", "retired"]
    timeframe: str
    created_at: datetime
    published: int
    rejected: int
    open: int
    settled: int
    missed: int
    unresolved: int
    hit_rate: Estimate
    mean_r: Estimate
    mean_return_pct: Estimate
    newest_signal: datetime | None


class Day(Struct, frozen=True, kw_only=True):
    """One day of a series. `rest`: no bar is due by the calendar; `before`: not listed, or before the
    first stored bar; `after`: not delivered yet, or delisted.
    """

    day: date
    stored: int
    expected: int
    kind: Literal["complete", "partial", "none", "rest", "before", "after"]


class SeriesDays(Struct, frozen=True, kw_only=True):
    """A series with its days, rising."""

    series_id: int
    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    days: list[Day]


class OpenGap(Struct, frozen=True, kw_only=True):
    """A gap, and how often it was asked for in vain, when last, and when it is asked for next (null: with
    the next look for gaps, or never where nobody watches the series).
    """

    first: datetime
    last: datetime
    bars: int
    tries: int
    asked_at: datetime | None
    not_before: datetime | None


class SeriesGaps(Struct, frozen=True, kw_only=True):
    """A series with its gaps, the newest first; `watch_id` is null where nobody fetches it."""

    series_id: int
    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    watch_id: int | None
    gaps: list[OpenGap]


class Session(Struct, frozen=True, kw_only=True):
    """A browser in which one is signed in."""

    id: int
    what: str
    address: str
    began: datetime
    seen: datetime


class Part(Struct, frozen=True, kw_only=True):
    """A part of a trade that left at a target."""

    target: int
    time: datetime
    price: float
    fraction: float


class Mark(Struct, frozen=True, kw_only=True):
    """How an open signal stands at the newest close, in R before fees."""

    r: float
    worst: float
    best: float


class NoticeOfSignal(Struct, frozen=True, kw_only=True):
    """A notice that told of a signal."""

    id: int
    topic: str
    created_at: datetime


class SignalDetail(Struct, frozen=True, kw_only=True):
    """A signal with all that is known of it; `mark` is null unless it is open and has a stop."""

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
    parts: list[Part]
    settled_at: datetime | None
    external: bool
    mark: Mark | None
    revisions: list[Revision]
    notices: list[NoticeOfSignal]


class Signal(Struct, frozen=True, kw_only=True):
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
    parts: list[Part]
    settled_at: datetime | None
    external: bool


class Silence(Struct, frozen=True, kw_only=True):
    """What is not told for a while. `rules`: patterns of names of rules or causes; neither they nor
    `labels`: everything.
    """

    id: int
    kind: Literal["silence", "maintenance"]
    state: Literal["holds", "waits", "over"]
    rules: list[str]
    labels: dict[str, str]
    begins_at: datetime
    ends_at: datetime
    every_days: int | None
    who: str
    why: str
    made_at: datetime
    ended_at: datetime | None


class Ended(Struct, frozen=True, kw_only=True):
    """How some settled signals ended."""

    n: int
    mean_r: Estimate
    hit_rate: Estimate


class Similar(Struct, frozen=True, kw_only=True):
    """Earlier signals that looked like one, the nearest first; `compared` names by what the `distances`
    are.

    `nearest` are the figures of `items`, `earlier` those of all that were looked at.
    """

    items: list[Signal]
    distances: list[float]
    compared: list[str]
    nearest: Ended
    earlier: Ended


class Source(Struct, frozen=True, kw_only=True):
    """A source, and how its alerts fared, of those that are kept; `venue` is empty where any will do.

    `renewing`: the secret of before is taken too, until it is ended.
    """

    name: str
    strategy: str
    version: int
    stage: Literal["draft", "shadow", "live", "retired"]
    timeframe: str
    venue: str
    long_only: bool
    addresses: list[str]
    per_minute: int
    created_at: datetime
    renewing: bool
    alerts: int
    refused: int
    last_alert_at: datetime | None


class Span(Struct, frozen=True, kw_only=True):
    """A span in which an instrument traded; `changed` is when it was listed last, or delisted."""

    id: int
    instrument_id: int
    venue: str
    symbol: str
    listed_at: datetime
    delisted_at: datetime | None
    changed: datetime


class StoredAlert(Struct, frozen=True, kw_only=True):
    """An alert as it came, without its secret, and what became of it: `reason` says why it was refused,
    and `signal_id` is the signal that it became. `source` is null where that was removed.
    """

    id: int
    source: str | None
    strategy: str
    state: Literal["waiting", "signal", "heeded", "refused"]
    reason: str
    action: str
    side: str
    symbol: str | None
    venue: str | None
    bar_time: datetime | None
    received_at: datetime
    signal_id: int | None
    stop: float | None
    targets: list[float]
    body: str


class Strategy(Struct, frozen=True, kw_only=True):
    """The same with its text."""

    version_id: int
    strategy: str
    number: int
    stage: Literal["draft", "shadow", "live", "retired"]
    timeframe: str
    created_at: datetime
    published: int
    rejected: int
    open: int
    settled: int
    missed: int
    unresolved: int
    hit_rate: Estimate
    mean_r: Estimate
    mean_return_pct: Estimate
    newest_signal: datetime | None
    text: str
    digest: str


class Subscription(Struct, frozen=True, kw_only=True):
    """Who wants which notices on which channel, and when. An empty filter lets all through."""

    id: int
    channel: str
    audience: str
    topics: list[str]
    strategies: list[str]
    instruments: list[str]
    least_confidence: float | None
    side: str
    quiet_from: str | None
    quiet_until: str | None
    quiet_but: list[str]
    zone: str
    digest_minutes: int | None
    digest_at: str | None
    per_minute: int | None
    paused: bool
    created_at: datetime


class Synced(Struct, frozen=True, kw_only=True):
    """What a reading of an exchange's list changed: how many are listed now, are new, came back."""

    venue: str
    listed: int
    added: int
    back: int
    delisted: int


class Team(Struct, frozen=True, kw_only=True):
    """People who own strategies together, by their names."""

    id: int
    name: str
    members: list[str]
    strategies: list[str]
    created_at: datetime


class Test(Struct, frozen=True, kw_only=True):
    """A test that a channel took, `message` being its id, or did not take."""

    channel: str
    sent: bool
    message: str | None
    error: str


class Token(Struct, frozen=True, kw_only=True):
    """What a program shows instead of a password; `shown` is enough to know it by."""

    id: int
    name: str
    shown: str
    person: str
    scope: Literal["read", "write", "admin"]
    state: Literal["living", "expired", "revoked"]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class Topic(Struct, frozen=True, kw_only=True):
    """One kind of notice; `fields`: which filters look at it."""

    name: str
    title: str
    says: str
    fields: list[str]


class Trade(Struct, frozen=True, kw_only=True):
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


class Shift(Struct, frozen=True, kw_only=True):
    """A change of the level: the medians before and after, and the size in deviations of the noise."""

    at: datetime
    before: float
    after: float
    deviations: float


class Trend(Struct, frozen=True, kw_only=True):
    """How a measure went in four weeks at most; with a `reason` nothing of it is known.

    `slope_day` is the change in a day with its 80 % interval; `of_hours` and `of_weekdays` the share of
    what moves about the trend that the hour of the day and the day of the week explain.
    """

    name: str
    labels: dict[str, str]
    unit: str
    says: str
    made_at: datetime
    reason: str
    history_from: datetime | None
    history_until: datetime | None
    history_points: int
    slope_day: float | None
    slope_low: float | None
    slope_high: float | None
    of_hours: float | None
    of_weekdays: float | None
    shifts: list[Shift]


class TuningAdvice(Struct, frozen=True, kw_only=True):
    """One thing that could be better. `statement` mends it and `undo` takes that back; both are empty
    where people must act. `safe`: `heliograph tune --apply` does it.
    """

    kind: str
    subject: str
    why: str
    statement: str
    undo: str
    safe: bool
    measured: dict[str, float]


class TuningAct(Struct, frozen=True, kw_only=True):
    """What was done by advice, with what was measured before and after it."""

    id: int
    at: datetime
    by: str
    kind: str
    subject: str
    statement: str
    undo: str
    state: Literal["done", "failed", "taken back"]
    error: str
    seconds: float
    before: dict[str, float]
    after: dict[str, float]


class Tuning(Struct, frozen=True, kw_only=True):
    """What is advised, as it was looked at `at`, at most a minute ago; and the newest acts."""

    at: datetime
    advice: list[TuningAdvice]
    acts: list[TuningAct]


class Venue(Struct, frozen=True, kw_only=True):
    """Where instruments trade. What only exchanges have is null elsewhere."""

    name: str
    kind: Literal["file", "exchange", "replay"]
    calendar: str
    exchange: str | None
    url: str | None
    priority: int | None
    listed: int | None
    watches: int | None
    failing: int | None
    synced_at: datetime | None
    skew_ms: float | None
    requests: int | None
    refusals: int | None
    error: str


class Verdict(Struct, frozen=True, kw_only=True):
    """What a look at the whole trail found; `broken` is the first entry that does not fit."""

    whole: bool
    entries: int
    head: str
    broken: int | None
    fault: str


class StageChange(Struct, frozen=True, kw_only=True):
    """A version that went from one stage or share to another."""

    from_stage: Literal["draft", "shadow", "live", "retired"]
    to_stage: Literal["draft", "shadow", "live", "retired"]
    share: int
    reason: str
    at: datetime


class Version(Struct, frozen=True, kw_only=True):
    """All about one version. `origin` is null where each instrument begins at its first stored bar; of the
    universe it announces `share` percent while it is live.
    """

    version_id: int
    strategy: str
    number: int
    stage: Literal["draft", "shadow", "live", "retired"]
    timeframe: str
    created_at: datetime
    published: int
    rejected: int
    open: int
    settled: int
    missed: int
    unresolved: int
    hit_rate: Estimate
    mean_r: Estimate
    mean_return_pct: Estimate
    newest_signal: datetime | None
    text: str
    digest: str
    strategy_id: int
    origin: datetime | None
    retired_at: datetime | None
    share: int
    changes: list[StageChange]


class Watch(Struct, frozen=True, kw_only=True):
    """A series that is kept up to date; `source` is the venue that answers for it now, empty if none does."""

    id: int
    venue: str
    symbol: str
    timeframe: str
    since: datetime
    newest: datetime | None
    bars: int
    feeds: list[str]
    source: str
    streamed_at: datetime | None
    unserved: int
    error: str
    paused: bool


class Watched(Struct, frozen=True, kw_only=True):
    """What is watched from now on, and the job that fetches its history."""

    watches: list[int]
    job: Job


class Work(Struct, frozen=True, kw_only=True):
    """A piece of work that runs, failed, is parked or was dropped; `rests_until`: not tried before."""

    kind: str
    key: str
    title: str
    state: Literal["running", "failed", "parked", "dropped"]
    tries: int
    interruptions: int
    node: str
    started_at: datetime
    rests_until: datetime | None
    error: str
    traceback: str


class Fire(Struct, frozen=True, kw_only=True):
    """A signal that would have been published, and how it ended; `exit_reason` is empty where it did not."""

    side: Literal["long", "short"]
    at: datetime
    state: Literal["closed", "open", "waiting", "missed"]
    exit_reason: str
    r: float | None
    return_pct: float | None


class Would(Struct, frozen=True, kw_only=True):
    """What a text would have fired for one instrument in `bars` bars from `since` on: `published` signals,
    of which `fires` are the newest 500, and the candidates that would have been rejected. `is_cut`:
    older bars are stored, and were not looked at.
    """

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    since: datetime
    until: datetime
    bars: int
    is_cut: bool
    candidates: int
    published: int
    rejected: list[Reason]
    mean_r: Estimate
    fires: list[Fire]
