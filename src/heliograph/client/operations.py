"""Every operation of the API as a method."""
# Written by scripts/make_client.py from the description of the API; not for hands.

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, Required, TypedDict, Unpack

from heliograph.client.connection import Connection, Files, in_path
from heliograph.client.pages import Pages
from heliograph.client.shapes import (
    Ahead,
    Alert,
    AlertRule,
    AlertTrends,
    Amendment,
    Analytics,
    AuditEntry,
    Backtest,
    BacktestDetail,
    Breakdown,
    Cache,
    Candle,
    CandleRevision,
    Channel,
    ChannelDetail,
    ChannelKind,
    ChannelSecret,
    Chart,
    CheckedText,
    Comparison,
    Correction,
    Correlation,
    Count,
    Counted,
    Coverage,
    DataQuality,
    Decay,
    Decision,
    Delivery,
    Difference,
    EffectList,
    Equity,
    Evaluation,
    Example,
    Expectations,
    Explanation,
    Filter,
    Forecast,
    FoundList,
    Freshness,
    Health,
    Heartbeat,
    HeartbeatTest,
    Import,
    Incident,
    IncidentStory,
    Indicator,
    Instrument,
    Invitation,
    Job,
    Link,
    LiveCheck,
    MadeChannel,
    MadeSource,
    MadeToken,
    Me,
    Member,
    Message,
    MessageDetail,
    Node,
    Notice,
    OnWatchlist,
    Outcome,
    Overview,
    Pair,
    Person,
    Place,
    PlaceStory,
    Plot,
    Postponed,
    Preview,
    Quality,
    Queue,
    ReasonList,
    Recommendation,
    Regimes,
    Rejected,
    Replay,
    Replayed,
    Report,
    ReportContent,
    Revision,
    Ring,
    Rollout,
    ScalingAction,
    ScalingLook,
    Schedule,
    Score,
    Series,
    SeriesDays,
    SeriesGaps,
    Session,
    Signal,
    SignalDetail,
    Silence,
    Similar,
    Source,
    Span,
    StoredAlert,
    Strategy,
    Subscription,
    Synced,
    Team,
    Test,
    Token,
    Topic,
    Trade,
    Trend,
    Tuning,
    Venue,
    Verdict,
    Version,
    Watch,
    Watched,
    Work,
    Would,
)


class Gates(TypedDict, total=False):
    """Limits that the version must not break; null: not asked for."""

    min_settled: int
    max_drop_r: float | None
    min_candidates: int
    max_rejected_pct: float | None
    min_published: int
    max_rate: float | None
    max_failures: int | None


class ListAlertRulesQuery(TypedDict, total=False):
    """What `list_alert_rules` can be asked."""

    limit: int
    cursor: str | None


class AddAlertRuleBody(TypedDict, total=False):
    """A rule of one's own; `options` are those of its kind, as a rule is shown with them."""

    name: Required[str]
    kind: Required[Literal["threshold", "burn", "absence", "anomaly"]]
    measure: Required[str]
    title: Required[str]
    says: Required[str]
    options: Mapping[str, float | str | Sequence[Sequence[float]]]
    labels: Mapping[str, str]
    severity: Literal["info", "warning", "critical"]
    cause: str | None
    for_seconds: int
    clear_seconds: int
    follows: Sequence[str]
    repeat_minutes: int | None
    escalate_minutes: int | None
    remedy: str
    anchor: str


class ChangeAlertRuleBody(TypedDict, total=False):
    """What is to be other than it is; what is left out stays."""

    title: str | None
    says: str | None
    options: Mapping[str, float | str | Sequence[Sequence[float]]] | None
    labels: Mapping[str, str] | None
    severity: Literal["info", "warning", "critical"] | None
    cause: str | None
    for_seconds: int | None
    clear_seconds: int | None
    follows: Sequence[str] | None
    repeat_minutes: int | None
    escalate_minutes: int | None
    remedy: str | None
    anchor: str | None
    enabled: bool | None


class GetAlertTrendsQuery(TypedDict, total=False):
    """What `get_alert_trends` can be asked."""

    days: int


class ListAlertsQuery(TypedDict, total=False):
    """What `list_alerts` can be asked."""

    limit: int
    cursor: str | None
    source: str | None
    state: Literal["waiting", "signal", "heeded", "refused"] | None
    signal_id: int | None
    since: datetime | None


class ListAmendmentsQuery(TypedDict, total=False):
    """What `list_amendments` can be asked."""

    limit: int
    cursor: str | None
    symbol: str | None
    venue: str | None
    timeframe: str | None


class GetAnalyticsQuery(TypedDict, total=False):
    """What `get_analytics` can be asked."""

    strategy: str | None
    version_id: int | None
    timeframe: str | None
    side: Literal["long", "short"] | None
    since: date | None
    until: date | None
    by: Literal["strategy", "version", "instrument", "timeframe", "side", "hour", "confidence", "regime"]


class GetCorrelationQuery(TypedDict, total=False):
    """What `get_correlation` can be asked."""

    strategy: str | None
    version_id: int | None
    timeframe: str | None
    side: Literal["long", "short"] | None
    since: date | None
    until: date | None


class GetDecayQuery(TypedDict, total=False):
    """What `get_decay` can be asked."""

    strategy: str | None
    version_id: int | None
    timeframe: str | None
    side: Literal["long", "short"] | None
    since: date | None
    until: date | None


class GetExpectationQuery(TypedDict, total=False):
    """What `get_expectation` can be asked."""

    strategy: str | None
    version_id: int | None
    timeframe: str | None
    side: Literal["long", "short"] | None
    since: date | None
    until: date | None


class GetRegimesQuery(TypedDict, total=False):
    """What `get_regimes` can be asked."""

    strategy: str | None
    version_id: int | None
    timeframe: str | None
    side: Literal["long", "short"] | None
    since: date | None
    until: date | None


class GetRejectedQuery(TypedDict, total=False):
    """What `get_rejected` can be asked."""

    strategy: str | None
    version_id: int | None
    timeframe: str | None
    side: Literal["long", "short"] | None
    since: date | None
    until: date | None


class ListAuditQuery(TypedDict, total=False):
    """What `list_audit` can be asked."""

    limit: int
    cursor: str | None
    actor: str | None
    action: str | None
    subject: str | None
    since: datetime | None


class VerifyAuditBody(TypedDict, total=False):
    """`expect`: the digest of what was the newest entry once; a trail whose end was cut off lacks it."""

    expect: str | None


class PreviewBacktestBody(TypedDict, total=False):
    """What to run: a stored version or a text, with what is to be other than it says, over which candles.

    `overrides` are keys of the text such as `execution.fee_pct`; `params` its parameters. Without
    symbols the whole universe, without a venue the only one with candles for it; `start` and `end`
    belong to the period.
    """

    version_id: int | None
    text: str | None
    overrides: Mapping[str, str]
    params: Mapping[str, float]
    venue: str | None
    symbols: Sequence[str]
    start: datetime | None
    end: datetime | None
    close_at_end: bool


class ListBacktestsQuery(TypedDict, total=False):
    """What `list_backtests` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    venue: str | None
    state: Literal["queued", "running", "done", "failed", "cancelled"] | None


class AskBacktestBody(TypedDict, total=False):
    """What to run: a stored version or a text, with what is to be other than it says, over which candles.

    `overrides` are keys of the text such as `execution.fee_pct`; `params` its parameters. Without
    symbols the whole universe, without a venue the only one with candles for it; `start` and `end`
    belong to the period.
    """

    version_id: int | None
    text: str | None
    overrides: Mapping[str, str]
    params: Mapping[str, float]
    venue: str | None
    symbols: Sequence[str]
    start: datetime | None
    end: datetime | None
    close_at_end: bool


class CompareBacktestsQuery(TypedDict, total=False):
    """What `compare_backtests` can be asked."""

    other: int


class ListTradesQuery(TypedDict, total=False):
    """What `list_trades` can be asked."""

    limit: int
    cursor: str | None
    instrument_id: int | None
    side: Literal["long", "short"] | None
    state: Literal["closed", "open", "missed", "waiting"] | None
    exit_reason: str | None
    order: Literal["signal", "r", "worst", "result", "held"] | None


class ClearCacheBody(TypedDict, total=False):
    """What is outdated, such as `signals` or `candles:5m`; null: everything."""

    tag: str | None


class ListCandlesQuery(TypedDict, total=False):
    """What `list_candles` can be asked."""

    limit: int
    cursor: str | None
    symbol: str
    venue: str | None
    timeframe: str | None
    since: datetime | None
    until: datetime | None


class ListCandleRevisionsQuery(TypedDict, total=False):
    """What `list_candle_revisions` can be asked."""

    limit: int
    cursor: str | None
    symbol: str
    venue: str | None
    timeframe: str | None
    since: datetime | None
    until: datetime | None


class ListChannelKindsQuery(TypedDict, total=False):
    """What `list_channel_kinds` can be asked."""

    limit: int
    cursor: str | None


class ListChannelsQuery(TypedDict, total=False):
    """What `list_channels` can be asked."""

    limit: int
    cursor: str | None


class AddChannelBody(TypedDict, total=False):
    """A channel, with the options that its kind takes; secrets are named by environment variables, not
    sent.

    `topics`: what it gets, all where it is empty; null: nothing before somebody subscribes. `audience`:
    whose it is, such as "person:7"; empty: everybody's.
    """

    name: Required[str]
    kind: Required[Literal["apprise", "email", "log", "webhook"]]
    options: Mapping[str, Any]
    topics: Sequence[str] | None
    audience: str


class ChangeChannelBody(TypedDict, total=False):
    """What is to be other than it is: options by their names, null taking one away; `enabled` lets notices
    go to it, or not.
    """

    options: Mapping[str, Any]
    enabled: bool | None


class ListCorrectionsQuery(TypedDict, total=False):
    """What `list_corrections` can be asked."""

    limit: int
    cursor: str | None
    venue: str | None


class ListCoverageQuery(TypedDict, total=False):
    """What `list_coverage` can be asked."""

    limit: int
    cursor: str | None
    symbol: str | None
    venue: str | None
    timeframe: str | None


class ListDaysQuery(TypedDict, total=False):
    """What `list_days` can be asked."""

    limit: int
    cursor: str | None
    symbol: str | None
    venue: str | None
    timeframe: str | None
    first: date | None
    last: date | None


class GetDataQualityQuery(TypedDict, total=False):
    """What `get_data_quality` can be asked."""

    by: Literal["venue", "instrument", "series", "day"]
    venue: str | None
    symbol: str | None
    timeframe: str | None
    since: date | None
    until: date | None


class ListDeliveriesQuery(TypedDict, total=False):
    """What `list_deliveries` can be asked."""

    limit: int
    cursor: str | None
    channel: str | None
    state: Literal["pending", "sent", "failed"] | None


class ReplayGivenUpBody(TypedDict, total=False):
    """Of which channel."""

    channel: Required[str]


class ListEvaluationsQuery(TypedDict, total=False):
    """What `list_evaluations` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    version_id: int | None
    since: datetime | None
    until: datetime | None


class ListPostponedQuery(TypedDict, total=False):
    """What `list_postponed` can be asked."""

    limit: int
    cursor: str | None


class ExplainBarQuery(TypedDict, total=False):
    """What `explain_bar` can be asked."""

    version_id: int
    instrument_id: int
    bar: datetime | None
    side: Literal["long", "short"] | None
    now: bool


class ListFiltersQuery(TypedDict, total=False):
    """What `list_filters` can be asked."""

    limit: int
    cursor: str | None


class KeepFilterBody(TypedDict, total=False):
    """A question to the list of signals, as the query of its address: `state=open&side=long`."""

    name: Required[str]
    query: Required[str]


class ListForecastsQuery(TypedDict, total=False):
    """What `list_forecasts` can be asked."""

    limit: int
    cursor: str | None
    kind: Literal["load", "space", "expectancy"] | None
    name: str | None


class FindByNameQuery(TypedDict, total=False):
    """What `find_by_name` can be asked."""

    q: str


class ListFreshnessQuery(TypedDict, total=False):
    """What `list_freshness` can be asked."""

    limit: int
    cursor: str | None
    venue: str | None


class ListGapsQuery(TypedDict, total=False):
    """What `list_gaps` can be asked."""

    limit: int
    cursor: str | None
    symbol: str | None
    venue: str | None
    timeframe: str | None
    since: datetime | None


class SetHeartbeatBody(TypedDict, total=False):
    """Where to tell it: by the address, or by the name of the environment variable that holds it.

    Nothing is sent while the health is below `least_score`; 26: while no gate is red. Private hosts
    only an admin may name.
    """

    url: str | None
    url_env: str | None
    allow_private: Sequence[str]
    method: Literal["GET", "POST"]
    least_score: float


class ListImportsQuery(TypedDict, total=False):
    """What `list_imports` can be asked."""

    limit: int
    cursor: str | None
    venue: str | None
    kind: Literal["file", "exchange", "replay"] | None


class UploadCandlesBody(TypedDict, total=False):
    """What `upload_candles` is told."""

    venue: str
    format: str
    symbol: str
    timeframe: str
    timezone: str
    calendar: str
    skip_bad: bool
    look: bool


class ImportAgainBody(TypedDict, total=False):
    """How the same files are read this time; what is empty is found out."""

    venue: str
    format: str
    symbol: str
    timeframe: str
    timezone: str
    calendar: str
    skip_bad: bool
    look: bool


class SendAlertQuery(TypedDict, total=False):
    """What `send_alert` can be asked."""

    secret: str


class ListIncidentsQuery(TypedDict, total=False):
    """What `list_incidents` can be asked."""

    limit: int
    cursor: str | None
    state: Literal["going", "open", "acknowledged", "resolved", "absorbed"] | None
    severity: Literal["info", "warning", "critical"] | None
    rule: str | None
    since: datetime | None


class AcknowledgeIncidentBody(TypedDict, total=False):
    """What there is to say of it."""

    words: str


class CloseIncidentBody(TypedDict, total=False):
    """What there is to say of it."""

    words: str


class CommentIncidentBody(TypedDict, total=False):
    """The line."""

    words: Required[str]


class ListIndicatorsQuery(TypedDict, total=False):
    """What `list_indicators` can be asked."""

    limit: int
    cursor: str | None
    group: str | None


class ListInstrumentsQuery(TypedDict, total=False):
    """What `list_instruments` can be asked."""

    limit: int
    cursor: str | None
    symbol: str | None
    venue: str | None
    timeframe: str | None


class ListInvitationsQuery(TypedDict, total=False):
    """What `list_invitations` can be asked."""

    limit: int
    cursor: str | None


class InvitePersonBody(TypedDict, total=False):
    """Whom to let in, with which role and into which team; they may choose another name."""

    name: Required[str]
    role: Required[Literal["viewer", "analyst", "operator", "admin"]]
    email: str
    team: str | None


class ListJobsQuery(TypedDict, total=False):
    """What `list_jobs` can be asked."""

    limit: int
    cursor: str | None
    state: Literal["queued", "running", "done", "failed", "cancelled"] | None
    kind: str | None
    unfinished: bool


class ListListingsQuery(TypedDict, total=False):
    """What `list_listings` can be asked."""

    limit: int
    cursor: str | None
    venue: str | None


class ChangeMeBody(TypedDict, total=False):
    """What is to be other than it is; `time_zone` is empty for UTC."""

    name: str | None
    email: str | None
    time_zone: str | None
    candles: Literal["ink", "teal-red"] | None


class ListSessionsQuery(TypedDict, total=False):
    """What `list_sessions` can be asked."""

    limit: int
    cursor: str | None


class ListMessagesQuery(TypedDict, total=False):
    """What `list_messages` can be asked."""

    limit: int
    cursor: str | None
    channel: str | None
    state: Literal["pending", "sent", "failed"] | None


class ListNodesQuery(TypedDict, total=False):
    """What `list_nodes` can be asked."""

    limit: int
    cursor: str | None


class DrainNodeBody(TypedDict, total=False):
    """Why, in words."""

    reason: str


class WeighNodeBody(TypedDict, total=False):
    """How much of the usual; 1 is usual."""

    weight: Required[float]


class ListNoticesQuery(TypedDict, total=False):
    """What `list_notices` can be asked."""

    limit: int
    cursor: str | None
    topic: str | None
    subject: str | None
    since: datetime | None
    failed: bool


class ListOutcomesQuery(TypedDict, total=False):
    """What `list_outcomes` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    version_id: int | None
    symbol: str | None
    venue: str | None
    side: Literal["long", "short"] | None
    state: Literal["open", "settled", "missed", "unresolved"]
    settled_since: datetime | None
    settled_until: datetime | None


class SetOwnerBody(TypedDict, total=False):
    """Whose a strategy is: a team's, a person's, or with neither the installation's, which all see."""

    strategy: Required[str]
    team_id: int | None
    person_id: int | None


class ListPeopleQuery(TypedDict, total=False):
    """What `list_people` can be asked."""

    limit: int
    cursor: str | None


class SetRoleBody(TypedDict, total=False):
    """What somebody may do from now on."""

    role: Required[Literal["viewer", "analyst", "operator", "admin"]]


class ListDecisionsQuery(TypedDict, total=False):
    """What `list_decisions` can be asked."""

    limit: int
    cursor: str | None
    key: str | None


class ExplainPlacementQuery(TypedDict, total=False):
    """What `explain_placement` can be asked."""

    key: str


class ListPlacesQuery(TypedDict, total=False):
    """What `list_places` can be asked."""

    limit: int
    cursor: str | None
    concern: str | None
    node: str | None


class PlotExpressionsQuery(TypedDict, total=False):
    """What `plot_expressions` can be asked."""

    symbol: str
    venue: str | None
    timeframe: str | None
    until: datetime | None
    bars: int
    plot: list[str]


class ListQualityQuery(TypedDict, total=False):
    """What `list_quality` can be asked."""

    limit: int
    cursor: str | None
    symbol: str | None
    venue: str | None
    timeframe: str | None


class ListRecommendationsQuery(TypedDict, total=False):
    """What `list_recommendations` can be asked."""

    limit: int
    cursor: str | None
    state: Literal["open", "done", "dismissed", "over"] | None
    rule: str | None


class DismissRecommendationBody(TypedDict, total=False):
    """Why, in words."""

    reason: str


class ListReplaysQuery(TypedDict, total=False):
    """What `list_replays` can be asked."""

    limit: int
    cursor: str | None


class ListReportSchedulesQuery(TypedDict, total=False):
    """What `list_report_schedules` can be asked."""

    limit: int
    cursor: str | None


class AddReportScheduleBody(TypedDict, total=False):
    """A report that is made whenever its period is over. Without a channel it is only kept.

    `audience` is whose it is, such as "person:7": yourself where it is null; empty: everybody's.
    """

    kind: Required[Literal["hourly", "daily", "weekly", "monthly"]]
    zone: str
    channel: str | None
    form: Literal["", "html", "pdf", "json", "csv", "xlsx"]
    audience: str | None


class ListReportsQuery(TypedDict, total=False):
    """What `list_reports` can be asked."""

    limit: int
    cursor: str | None
    kind: Literal["hourly", "daily", "weekly", "monthly", "custom"] | None


class MakeReportBody(TypedDict, total=False):
    """Which period: the last of its kind that was over `at`, by default now, or from `since` to `until`."""

    kind: Literal["hourly", "daily", "weekly", "monthly", "custom"]
    at: datetime | None
    since: datetime | None
    until: datetime | None
    zone: str


class DownloadReportQuery(TypedDict, total=False):
    """What `download_report` can be asked."""

    format: Literal["html", "pdf", "json", "csv", "xlsx"]


class ListRevisionsQuery(TypedDict, total=False):
    """What `list_revisions` can be asked."""

    limit: int
    cursor: str | None
    signal_id: int | None
    since: datetime | None


class ListRolloutsQuery(TypedDict, total=False):
    """What `list_rollouts` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    state: Literal["running", "completed", "rolled_back"] | None


class StartRolloutBody(TypedDict, total=False):
    """Which version takes over, beginning with that share."""

    share: Required[int]
    gates: Gates | None
    version_id: Required[int]


class AbortRolloutBody(TypedDict, total=False):
    """Why, in words."""

    reason: str


class SetShareBody(TypedDict, total=False):
    """How much of the universe it announces from now on; without gates they stay as they are."""

    share: Required[int]
    gates: Gates | None


class ListActionsQuery(TypedDict, total=False):
    """What `list_actions` can be asked."""

    limit: int
    cursor: str | None
    pool: str | None


class ListLooksQuery(TypedDict, total=False):
    """What `list_looks` can be asked."""

    limit: int
    cursor: str | None
    pool: str | None


class ListScoresQuery(TypedDict, total=False):
    """What `list_scores` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    stage: Literal["draft", "shadow", "live", "retired"] | None


class ListSignalsQuery(TypedDict, total=False):
    """What `list_signals` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    version_id: int | None
    symbol: str | None
    instrument_id: int | None
    venue: str | None
    timeframe: str | None
    side: Literal["long", "short"] | None
    state: Literal["published", "open", "settled", "missed", "unresolved", "rejected", "all"]
    since: datetime | None
    until: datetime | None
    settled_since: datetime | None
    settled_until: datetime | None
    min_confidence: float | None
    max_confidence: float | None
    historical: bool | None


class PictureSignalQuery(TypedDict, total=False):
    """What `picture_signal` can be asked."""

    theme: Literal["light", "dark"]
    width: int
    height: int


class ExplainSignalQuery(TypedDict, total=False):
    """What `explain_signal` can be asked."""

    now: bool


class ListAlertSilencesQuery(TypedDict, total=False):
    """What `list_alert_silences` can be asked."""

    limit: int
    cursor: str | None
    which: Literal["current", "all"]


class AddSilenceBody(TypedDict, total=False):
    """What is to be silenced until when, and why; begins now where nothing is said of that."""

    ends_at: Required[datetime]
    why: Required[str]
    begins_at: datetime | None
    rules: Sequence[str]
    labels: Mapping[str, str]
    every_days: int | None
    kind: Literal["silence", "maintenance"]


class ListSourcesQuery(TypedDict, total=False):
    """What `list_sources` can be asked."""

    limit: int
    cursor: str | None


class AddSourceBody(TypedDict, total=False):
    """How the signals of a source are followed. `expires` in bars; `strategy` is what they are called, the
    name of the source where it is empty; `live`: notices tell of them, else they are scored alone.
    """

    name: Required[str]
    strategy: str | None
    venue: str | None
    timeframe: str
    expires: int
    fee_pct: float
    slippage_bps: float
    long_only: bool
    addresses: Sequence[str]
    live: bool


class ListStrategiesQuery(TypedDict, total=False):
    """What `list_strategies` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    stage: Literal["draft", "shadow", "live", "retired"] | None


class SaveStrategyBody(TypedDict, total=False):
    """A text to keep. `base` is the newest version that its author has seen, 0 for a new strategy."""

    text: Required[str]
    stage: Literal["draft", "shadow"]
    base: int


class CheckStrategyBody(TypedDict, total=False):
    """The text of a strategy."""

    text: Required[str]


class ListExamplesQuery(TypedDict, total=False):
    """What `list_examples` can be asked."""

    limit: int
    cursor: str | None


class RollBackBody(TypedDict, total=False):
    """Which strategy goes back to what was live before."""

    reason: str
    strategy: Required[str]


class PreviewStrategyBody(TypedDict, total=False):
    """A text, one of the instruments that it watches (the first by symbol), and since when (the newest 500
    bars).
    """

    text: Required[str]
    instrument_id: int | None
    since: date | None


class PreviewSubscriptionBody(TypedDict, total=False):
    """Who wants which notices on which channel, and when; an empty filter lets all through.

    `audience` is whose it is, such as "person:7": yourself where it is null; empty: everybody's.
    """

    channel: Required[str]
    audience: str | None
    topics: Sequence[str]
    strategies: Sequence[str]
    instruments: Sequence[str]
    least_confidence: float | None
    side: Literal["", "long", "short"]
    quiet_from: str | None
    quiet_until: str | None
    quiet_but: Sequence[str]
    zone: str
    digest_minutes: int | None
    digest_at: str | None
    per_minute: int | None


class ListSubscriptionsQuery(TypedDict, total=False):
    """What `list_subscriptions` can be asked."""

    limit: int
    cursor: str | None
    channel: str | None


class AddSubscriptionBody(TypedDict, total=False):
    """Who wants which notices on which channel, and when; an empty filter lets all through.

    `audience` is whose it is, such as "person:7": yourself where it is null; empty: everybody's.
    """

    channel: Required[str]
    audience: str | None
    topics: Sequence[str]
    strategies: Sequence[str]
    instruments: Sequence[str]
    least_confidence: float | None
    side: Literal["", "long", "short"]
    quiet_from: str | None
    quiet_until: str | None
    quiet_but: Sequence[str]
    zone: str
    digest_minutes: int | None
    digest_at: str | None
    per_minute: int | None


class ChangeSubscriptionBody(TypedDict, total=False):
    """Who wants which notices on which channel, and when; an empty filter lets all through.

    `audience` is whose it is, such as "person:7": yourself where it is null; empty: everybody's.
    """

    channel: Required[str]
    audience: str | None
    topics: Sequence[str]
    strategies: Sequence[str]
    instruments: Sequence[str]
    least_confidence: float | None
    side: Literal["", "long", "short"]
    quiet_from: str | None
    quiet_until: str | None
    quiet_but: Sequence[str]
    zone: str
    digest_minutes: int | None
    digest_at: str | None
    per_minute: int | None


class ListTeamsQuery(TypedDict, total=False):
    """What `list_teams` can be asked."""

    limit: int
    cursor: str | None


class MakeTeamBody(TypedDict, total=False):
    """What it is called."""

    name: Required[str]


class SetMembersBody(TypedDict, total=False):
    """Who is in it, by their ids: these and nobody else."""

    people: Required[Sequence[int]]


class ListTokensQuery(TypedDict, total=False):
    """What `list_tokens` can be asked."""

    limit: int
    cursor: str | None


class MakeTokenBody(TypedDict, total=False):
    """What it is for, what it may do, and until when; null: until it is revoked."""

    name: Required[str]
    scope: Required[Literal["read", "write", "admin"]]
    expires_at: datetime | None


class ListTopicsQuery(TypedDict, total=False):
    """What `list_topics` can be asked."""

    limit: int
    cursor: str | None


class ListTrendsQuery(TypedDict, total=False):
    """What `list_trends` can be asked."""

    limit: int
    cursor: str | None
    name: str | None
    shifted: bool


class ListVenuesQuery(TypedDict, total=False):
    """What `list_venues` can be asked."""

    limit: int
    cursor: str | None
    kind: Literal["file", "exchange", "replay"] | None


class AddExchangeBody(TypedDict, total=False):
    """An exchange by its name at ccxt. `url`: another address of its API, which only an admin may name."""

    exchange: Required[str]
    name: str | None
    url: str
    priority: int
    per_second: float | None


class CompareVersionsQuery(TypedDict, total=False):
    """What `compare_versions` can be asked."""

    other: int
    created_since: datetime | None


class TellDifferenceQuery(TypedDict, total=False):
    """What `tell_difference` can be asked."""

    other: int


class ListUniverseQuery(TypedDict, total=False):
    """What `list_universe` can be asked."""

    limit: int
    cursor: str | None


class ListWatchesQuery(TypedDict, total=False):
    """What `list_watches` can be asked."""

    limit: int
    cursor: str | None
    venue: str | None
    timeframe: str | None


class AddWatchedBody(TypedDict, total=False):
    """Series to keep up to date from `since` on; `fallbacks` are exchanges that stand in, in order."""

    symbols: Required[Sequence[str]]
    timeframe: Required[str]
    since: Required[datetime]
    venue: str | None
    fallbacks: Sequence[str]


class ListWatchlistQuery(TypedDict, total=False):
    """What `list_watchlist` can be asked."""

    limit: int
    cursor: str | None


class DropWorkBody(TypedDict, total=False):
    """Which piece of work: its key."""

    key: Required[str]


class ListPiecesQuery(TypedDict, total=False):
    """What `list_pieces` can be asked."""

    limit: int
    cursor: str | None
    state: Literal["running", "failed", "parked", "dropped"] | None
    kind: str | None


class ListQueuesQuery(TypedDict, total=False):
    """What `list_queues` can be asked."""

    limit: int
    cursor: str | None


class RetryWorkBody(TypedDict, total=False):
    """Which piece of work: its key."""

    key: Required[str]


class ListRingsQuery(TypedDict, total=False):
    """What `list_rings` can be asked."""

    limit: int
    cursor: str | None


class Operations:
    """What can be asked of a Heliograph."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_alert_rules(self, **query: Unpack[ListAlertRulesQuery]) -> Pages[AlertRule]:
        """The rules of alerts.

        By name, each with whether it holds now.
        """
        return Pages(self._connection, "/alert-rules", query, AlertRule)

    def add_alert_rule(self, **body: Unpack[AddAlertRuleBody]) -> AlertRule:
        """Add a rule of one's own.

        It is evaluated from the next look on.
        """
        return self._connection.write("POST", "/alert-rules", body, AlertRule)

    def get_alert_rule(self, name: str) -> AlertRule:
        """One rule.

        When it holds, what it means, and what to do.
        """
        return self._connection.get(f"/alert-rules/{in_path(name)}", {}, AlertRule)

    def change_alert_rule(self, name: str, **body: Unpack[ChangeAlertRuleBody]) -> AlertRule:
        """Change a rule.

        What is changed of a shipped one stays so when that is updated. `repeat_minutes` and
        `escalate_minutes` may be null: never.
        """
        return self._connection.write("PATCH", f"/alert-rules/{in_path(name)}", body, AlertRule)

    def remove_alert_rule(self, name: str) -> None:
        """Remove a rule of one's own.

        One that came with Heliograph is switched off instead, by a change of `enabled`.
        """
        self._connection.write("DELETE", f"/alert-rules/{in_path(name)}", None, type(None))

    def reset_alert_rule(self, name: str) -> AlertRule:
        """Make a rule as it ships.

        Whatever was changed of it.
        """
        return self._connection.write("POST", f"/alert-rules/{in_path(name)}/reset", None, AlertRule)

    def get_alert_trends(self, **query: Unpack[GetAlertTrendsQuery]) -> AlertTrends:
        """How alerts went.

        The noisiest rules, and how soon incidents were answered and over.
        """
        return self._connection.get("/alert-trends", query, AlertTrends)

    def list_alerts(self, **query: Unpack[ListAlertsQuery]) -> Pages[StoredAlert]:
        """Alerts from outside, newest first.

        As they came, with what became of each, and why where it was refused.
        """
        return Pages(self._connection, "/alerts", query, StoredAlert)

    def get_alert(self, alert_id: int) -> StoredAlert:
        """One alert from outside.

        While it is kept.
        """
        return self._connection.get(f"/alerts/{in_path(alert_id)}", {}, StoredAlert)

    def list_amendments(self, **query: Unpack[ListAmendmentsQuery]) -> Pages[Amendment]:
        """Deliveries that touched the past of series.

        Newest first; by the number of a series they have no gaps.
        """
        return Pages(self._connection, "/amendments", query, Amendment)

    def get_analytics(self, **query: Unpack[GetAnalyticsQuery]) -> Analytics:
        """What settled signals were worth, in all and by groups.

        Counts, hit rates, expectancy, excursions, daily series and calibration of what has settled.
        """
        return self._connection.get("/analytics", query, Analytics)

    def get_correlation(self, **query: Unpack[GetCorrelationQuery]) -> Correlation:
        """How alike strategies do.

        The correlation of daily results of each pair of strategies.
        """
        return self._connection.get("/analytics/correlation", query, Correlation)

    def get_decay(self, **query: Unpack[GetDecayQuery]) -> Decay:
        """What signals are worth after their entry.

        The mean excursion in R, bar by bar, of the newest settled signals with a stop.
        """
        return self._connection.get("/analytics/decay", query, Decay)

    def get_expectation(self, **query: Unpack[GetExpectationQuery]) -> Expectations:
        """Live beside backtests.

        Of each version that has a finished backtest of the same: intervals, chances and a verdict.
        """
        return self._connection.get("/analytics/expectation", query, Expectations)

    def get_regimes(self, **query: Unpack[GetRegimesQuery]) -> Regimes:
        """What signals were worth by regime.

        Trend or range, calm or volatile, at the bar of the signal.
        """
        return self._connection.get("/analytics/regimes", query, Regimes)

    def get_rejected(self, **query: Unpack[GetRejectedQuery]) -> Rejected:
        """What rejected signals would have come to.

        By reason and by strategy, each taken alone as if it had been published; days are those of its
        bar.
        """
        return self._connection.get("/analytics/rejected", query, Rejected)

    def list_audit(self, **query: Unpack[ListAuditQuery]) -> Pages[AuditEntry]:
        """Who did what, newest first.

        Every change, by pages, programs and commands.
        """
        return Pages(self._connection, "/audit", query, AuditEntry)

    def verify_audit(self, **body: Unpack[VerifyAuditBody]) -> Verdict:
        """Look whether the trail is whole.

        Reads every entry.
        """
        return self._connection.write("POST", "/audit/verify", body, Verdict)

    def preview_backtest(self, **body: Unpack[PreviewBacktestBody]) -> Ahead:
        """What a backtest would run over.

        Without asking for it; refused as the same backtest would be.
        """
        return self._connection.write("POST", "/backtest-preview", body, Ahead)

    def list_backtests(self, **query: Unpack[ListBacktestsQuery]) -> Pages[Backtest]:
        """Stored backtests, newest first.

        What was asked for, how far each is, and the figures of those that are finished.
        """
        return Pages(self._connection, "/backtests", query, Backtest)

    def ask_backtest(self, **body: Unpack[AskBacktestBody]) -> Backtest:
        """Ask for a backtest.

        201: it runs as a job; 200: the same was run before and would give the same again.
        """
        return self._connection.write("POST", "/backtests", body, Backtest)

    def get_backtest(self, backtest_id: int) -> BacktestDetail:
        """One backtest.

        What was asked, what was read, and what came of it.
        """
        return self._connection.get(f"/backtests/{in_path(backtest_id)}", {}, BacktestDetail)

    def delete_stored_backtest(self, backtest_id: int) -> None:
        """Forget a backtest.

        With its trades; not while it runs.
        """
        self._connection.write("DELETE", f"/backtests/{in_path(backtest_id)}", None, type(None))

    def get_breakdown(self, backtest_id: int) -> Breakdown:
        """A result cut into parts.

        By instrument, and by month, or year where there are very many months.
        """
        return self._connection.get(f"/backtests/{in_path(backtest_id)}/breakdown", {}, Breakdown)

    def cancel_backtest(self, backtest_id: int) -> Backtest:
        """Cancel a backtest.

        At once where it waits, else with the next report of its worker.
        """
        return self._connection.write("POST", f"/backtests/{in_path(backtest_id)}/cancel", None, Backtest)

    def compare_backtests(self, backtest_id: int, **query: Unpack[CompareBacktestsQuery]) -> Pair:
        """Two backtests compared.

        This one first: what both were told differently, and trade by trade what differs.
        """
        return self._connection.get(f"/backtests/{in_path(backtest_id)}/comparison", query, Pair)

    def get_equity(self, backtest_id: int) -> Equity:
        """The curve of a backtest.

        Day by day, from the first bar to the last; empty without trades.
        """
        return self._connection.get(f"/backtests/{in_path(backtest_id)}/equity", {}, Equity)

    def check_backtest_live(self, backtest_id: int) -> LiveCheck:
        """Whether live equals a backtest.

        Over the period that both have. It reads all of both.
        """
        return self._connection.get(f"/backtests/{in_path(backtest_id)}/live", {}, LiveCheck)

    def resume_backtest(self, backtest_id: int) -> Backtest:
        """Let a backtest go on.

        One that failed or was cancelled, from where it stood.
        """
        return self._connection.write("POST", f"/backtests/{in_path(backtest_id)}/resume", None, Backtest)

    def list_trades(self, backtest_id: int, **query: Unpack[ListTradesQuery]) -> Pages[Trade]:
        """The trades of a backtest.

        By instrument, then end, unless another order is asked for.
        """
        return Pages(self._connection, f"/backtests/{in_path(backtest_id)}/trades", query, Trade)

    def get_cache(self) -> Cache:
        """What the levels of the cache have.

        Levels and prefixes over all living processes.
        """
        return self._connection.get("/cache", {}, Cache)

    def clear_cache(self, **body: Unpack[ClearCacheBody]) -> None:
        """Empty the cache, or outdate a part of it.

        Nothing is lost but time.
        """
        self._connection.write("POST", "/cache/clear", body, type(None))

    def list_candles(self, **query: Unpack[ListCandlesQuery]) -> Pages[Candle]:
        """Closed bars, newest first.

        The bars of one instrument in one timeframe.
        """
        return Pages(self._connection, "/candles", query, Candle)

    def list_candle_revisions(self, **query: Unpack[ListCandleRevisionsQuery]) -> Pages[CandleRevision]:
        """What bars said before corrections.

        What closed candles said before they were corrected, or before their import was undone.
        """
        return Pages(self._connection, "/candles/revisions", query, CandleRevision)

    def list_channel_kinds(self, **query: Unpack[ListChannelKindsQuery]) -> Pages[ChannelKind]:
        """What a channel can be.

        By name, each with the options that it takes.
        """
        return Pages(self._connection, "/channel-kinds", query, ChannelKind)

    def list_channels(self, **query: Unpack[ListChannelsQuery]) -> Pages[Channel]:
        """Where notices go.

        By name, with how many deliveries are sent, wait or failed.
        """
        return Pages(self._connection, "/channels", query, Channel)

    def add_channel(self, **body: Unpack[AddChannelBody]) -> MadeChannel:
        """Add a channel.

        Notices from now on go to it. A file, or an address within the own network, only an admin may
        name.

        A signing secret that is made for a webhook is shown this once: under the same key it is null.
        """
        return self._connection.write("POST", "/channels", body, MadeChannel)

    def remove_channel(self, name: str) -> None:
        """Forget a channel.

        With its subscriptions and deliveries.
        """
        self._connection.write("DELETE", f"/channels/{in_path(name)}", None, type(None))

    def get_channel(self, name: str) -> ChannelDetail:
        """One channel.

        How it does, and with which options.
        """
        return self._connection.get(f"/channels/{in_path(name)}", {}, ChannelDetail)

    def change_channel(self, name: str, **body: Unpack[ChangeChannelBody]) -> MadeChannel:
        """Change a channel.

        What waits goes by the new options. A secret that was made for it stays the same; one that is
        made now is shown this once: under the same key it is null.
        """
        return self._connection.write("PATCH", f"/channels/{in_path(name)}", body, MadeChannel)

    def disable_channel(self, name: str) -> Channel:
        """Let nothing go to a channel.

        What is on its way waits; notices of meanwhile are not for it.
        """
        return self._connection.write("POST", f"/channels/{in_path(name)}/disable", None, Channel)

    def enable_channel(self, name: str) -> Channel:
        """Let notices go to a channel.

        From now on; what waited goes first.
        """
        return self._connection.write("POST", f"/channels/{in_path(name)}/enable", None, Channel)

    def renew_channel_secret(self, name: str) -> ChannelSecret:
        """Make a new signing secret.

        It is shown this once, so no key repeats the answer. The one of before signs too, until it is
        ended.
        """
        return self._connection.write("POST", f"/channels/{in_path(name)}/secret", None, ChannelSecret)

    def end_channel_secret(self, name: str) -> ChannelDetail:
        """End the former signing secret.

        Only the newest signs from then on.
        """
        return self._connection.write("POST", f"/channels/{in_path(name)}/secret/end", None, ChannelDetail)

    def test_channel(self, name: str) -> Test:
        """Send a test through a channel.

        At once; where it is not taken, `error` says why.
        """
        return self._connection.write("POST", f"/channels/{in_path(name)}/test", None, Test)

    def list_corrections(self, **query: Unpack[ListCorrectionsQuery]) -> Pages[Correction]:
        """Corrected bars, newest first.

        What each said, what it says since, and by which deliveries.
        """
        return Pages(self._connection, "/corrections", query, Correction)

    def list_coverage(self, **query: Unpack[ListCoverageQuery]) -> Pages[Coverage]:
        """How complete series are, with every gap.

        Bars that exist beside bars that should by the calendar: a holiday is no gap.
        """
        return Pages(self._connection, "/coverage", query, Coverage)

    def list_days(self, **query: Unpack[ListDaysQuery]) -> Pages[SeriesDays]:
        """How complete each day of series is.

        Of today only what is over is expected.
        """
        return Pages(self._connection, "/coverage/days", query, SeriesDays)

    def get_data_quality(self, **query: Unpack[GetDataQualityQuery]) -> DataQuality:
        """How complete, fresh and sound candles are.

        By the days that were kept: the newest of each series are measured every half an hour.
        """
        return self._connection.get("/data-quality", query, DataQuality)

    def list_deliveries(self, **query: Unpack[ListDeliveriesQuery]) -> Pages[Delivery]:
        """Deliveries, newest first.

        Each notice for each channel: sent, waiting, or given up and why.
        """
        return Pages(self._connection, "/deliveries", query, Delivery)

    def replay_given_up(self, **body: Unpack[ReplayGivenUpBody]) -> Replayed:
        """Send again what was given up.

        All failed deliveries of a channel.
        """
        return self._connection.write("POST", "/deliveries/replay", body, Replayed)

    def replay_one(self, delivery_id: int) -> Replayed:
        """Send a delivery again.

        With all that went in the same message; one that waits already goes as it would.
        """
        return self._connection.write("POST", f"/deliveries/{in_path(delivery_id)}/replay", None, Replayed)

    def list_evaluations(self, **query: Unpack[ListEvaluationsQuery]) -> Pages[Evaluation]:
        """Evaluations, newest first.

        Each step of a shard: which bars, from which data, what it brought and how its gates stood.
        """
        return Pages(self._connection, "/evaluations", query, Evaluation)

    def list_postponed(self, **query: Unpack[ListPostponedQuery]) -> Pages[Postponed]:
        """Shards whose gates are closed.

        Those that wait the longest first, with what they wait for.
        """
        return Pages(self._connection, "/evaluations/postponed", query, Postponed)

    def explain_bar(self, **query: Unpack[ExplainBarQuery]) -> Explanation:
        """Why there was, or was no, signal at a bar.

        Every clause of a version at one bar of one instrument; `bar` is any moment within it.
        """
        return self._connection.get("/explanations", query, Explanation)

    def list_filters(self, **query: Unpack[ListFiltersQuery]) -> Pages[Filter]:
        """Filters that one keeps.

        One's own, in the order in which they were kept.
        """
        return Pages(self._connection, "/filters", query, Filter)

    def keep_filter(self, **body: Unpack[KeepFilterBody]) -> Filter:
        """Keep a filter.

        It is a tab above the list from now on.
        """
        return self._connection.write("POST", "/filters", body, Filter)

    def drop_filter(self, filter_id: int) -> None:
        """Keep a filter no more.

        One's own.
        """
        self._connection.write("DELETE", f"/filters/{in_path(filter_id)}", None, type(None))

    def count_filter(self, filter_id: int) -> Counted:
        """How many signals a filter shows.

        Now.
        """
        return self._connection.get(f"/filters/{in_path(filter_id)}/count", {}, Counted)

    def list_forecasts(self, **query: Unpack[ListForecastsQuery]) -> Pages[Forecast]:
        """What is to be expected, and how well that is foreseen.

        The newest forecast of each target with the score of those before it, by kind and name.
        """
        return Pages(self._connection, "/forecasts", query, Forecast)

    def find_by_name(self, **query: Unpack[FindByNameQuery]) -> FoundList:
        """What has a name with that text.

        Instruments, strategies and pages by a part of their names, signals by their numbers.
        """
        return self._connection.get("/found", query, FoundList)

    def list_freshness(self, **query: Unpack[ListFreshnessQuery]) -> Pages[Freshness]:
        """How old the newest bar of each series is.

        By venue, symbol and timeframe; `missing` bars should have come since, 0 is fresh.
        """
        return Pages(self._connection, "/freshness", query, Freshness)

    def list_gaps(self, **query: Unpack[ListGapsQuery]) -> Pages[SeriesGaps]:
        """Gaps of series, with what is done about each.

        Bars that should exist by the calendar; `watches/{id}/heal` has those of a watched series asked
        for.
        """
        return Pages(self._connection, "/gaps", query, SeriesGaps)

    def get_health(self) -> Health:
        """How well all of it is, and how fresh data is.

        The score with its parts, whether this process can serve, the work that is in trouble, and the
        newest bars of each venue.
        """
        return self._connection.get("/health", {}, Health)

    def get_heartbeat(self) -> Heartbeat:
        """The dead-man's switch.

        When it was reached last, or why nothing is sent; 404 where none is set.
        """
        return self._connection.get("/heartbeat", {}, Heartbeat)

    def set_heartbeat(self, **body: Unpack[SetHeartbeatBody]) -> Heartbeat:
        """Set the dead-man's switch.

        From the next minute on; in place of the one there was.
        """
        return self._connection.write("PUT", "/heartbeat", body, Heartbeat)

    def remove_heartbeat(self) -> None:
        """End the dead-man's switch.

        End the check on the other side first: it would raise its alarm.
        """
        self._connection.write("DELETE", "/heartbeat", None, type(None))

    def test_heartbeat(self) -> HeartbeatTest:
        """Try the dead-man's switch.

        At once, whatever the health says; where it is not taken, `error` says why.
        """
        return self._connection.write("POST", "/heartbeat/test", None, HeartbeatTest)

    def list_imports(self, **query: Unpack[ListImportsQuery]) -> Pages[Import]:
        """Imports, newest first.

        What was delivered, and what became of its rows.
        """
        return Pages(self._connection, "/imports", query, Import)

    def upload_candles(self, files: Files, **body: Unpack[UploadCandlesBody]) -> Job:
        """Upload files of candles.

        The job that imports them; its result says what became of each file.
        """
        return self._connection.upload("/imports", files, body, Job)

    def import_again(self, job_id: int, **body: Unpack[ImportAgainBody]) -> Job:
        """Import uploaded files once more.

        Read otherwise, without sending them again.
        """
        return self._connection.write("POST", f"/imports/jobs/{in_path(job_id)}/again", body, Job)

    def cancel_import(self, job_id: int) -> Job:
        """Cancel an import or its undoing.

        At once where it waits, else with the next report of its worker.
        """
        return self._connection.write("POST", f"/imports/jobs/{in_path(job_id)}/cancel", None, Job)

    def resume_import(self, job_id: int) -> Job:
        """Let an import go on.

        One that failed or was cancelled, from where it stood.
        """
        return self._connection.write("POST", f"/imports/jobs/{in_path(job_id)}/resume", None, Job)

    def get_import(self, import_id: int) -> Import:
        """One import.

        How far it is, or what it brought.
        """
        return self._connection.get(f"/imports/{in_path(import_id)}", {}, Import)

    def undo_import(self, import_id: int) -> Job:
        """Take an import back.

        The job that does it.
        """
        return self._connection.write("POST", f"/imports/{in_path(import_id)}/undo", None, Job)

    def send_alert(self, source: str, body: Mapping[str, object], **query: Unpack[SendAlertQuery]) -> Alert:
        """Send an alert as a signal from outside.

        202: it is taken; 200: it had come before. What cannot be followed is 422, and is kept with its
        reason.

        The secret of the source stands in the body as `secret`, in the address, or in `Authorization:
        Bearer`.
        """
        return self._connection.write("POST", f"/inbound/{in_path(source)}", body, Alert, query)

    def list_incidents(self, **query: Unpack[ListIncidentsQuery]) -> Pages[Incident]:
        """What is wrong, and was.

        Newest first.
        """
        return Pages(self._connection, "/incidents", query, Incident)

    def get_incident(self, incident_id: int) -> IncidentStory:
        """One incident with its time line.

        What it means, what to do, its alerts, and what became of it.
        """
        return self._connection.get(f"/incidents/{in_path(incident_id)}", {}, IncidentStory)

    def acknowledge_incident(self, incident_id: int, **body: Unpack[AcknowledgeIncidentBody]) -> Incident:
        """Say that you are at it.

        It is neither told again nor raised.
        """
        return self._connection.write(
            "POST", f"/incidents/{in_path(incident_id)}/acknowledge", body, Incident
        )

    def close_incident(self, incident_id: int, **body: Unpack[CloseIncidentBody]) -> Incident:
        """End an incident by hand.

        As what is not known any more does not end by itself; what still holds opens it again.
        """
        return self._connection.write("POST", f"/incidents/{in_path(incident_id)}/close", body, Incident)

    def comment_incident(self, incident_id: int, **body: Unpack[CommentIncidentBody]) -> Incident:
        """Add a line to its time line.

        Also to that of one that is over.
        """
        return self._connection.write("POST", f"/incidents/{in_path(incident_id)}/comment", body, Incident)

    def list_indicators(self, **query: Unpack[ListIndicatorsQuery]) -> Pages[Indicator]:
        """What an expression can call.

        By name, with parameters, definition and example.
        """
        return Pages(self._connection, "/indicators", query, Indicator)

    def get_indicator(self, name: str) -> Indicator:
        """One function.

        How it is called, what it gives and whose definition it follows.
        """
        return self._connection.get(f"/indicators/{in_path(name)}", {}, Indicator)

    def list_instruments(self, **query: Unpack[ListInstrumentsQuery]) -> Pages[Series]:
        """Series, newest bar first.

        One entry for each timeframe of each instrument.
        """
        return Pages(self._connection, "/instruments", query, Series)

    def get_instrument(self, instrument_id: int) -> Instrument:
        """One instrument.

        Where it trades and since when, and the series that are stored of it.
        """
        return self._connection.get(f"/instruments/{in_path(instrument_id)}", {}, Instrument)

    def list_invitations(self, **query: Unpack[ListInvitationsQuery]) -> Pages[Invitation]:
        """Invitations that are open.

        By id.
        """
        return Pages(self._connection, "/invitations", query, Invitation)

    def invite_person(self, **body: Unpack[InvitePersonBody]) -> Link:
        """Invite somebody.

        The link is shown this once, so no key repeats the answer.
        """
        return self._connection.write("POST", "/invitations", body, Link)

    def withdraw_invitation(self, invitation_id: int) -> None:
        """Withdraw an invitation.

        Its link works no more.
        """
        self._connection.write("DELETE", f"/invitations/{in_path(invitation_id)}", None, type(None))

    def list_jobs(self, **query: Unpack[ListJobsQuery]) -> Pages[Job]:
        """Long work, newest first.

        How far each job is, or how it ended.
        """
        return Pages(self._connection, "/jobs", query, Job)

    def get_job(self, job_id: int) -> Job:
        """One job.

        How far it is, or how it ended.
        """
        return self._connection.get(f"/jobs/{in_path(job_id)}", {}, Job)

    def cancel_job(self, job_id: int) -> Job:
        """Cancel a job.

        At once where it waits, else with the next report of its worker.
        """
        return self._connection.write("POST", f"/jobs/{in_path(job_id)}/cancel", None, Job)

    def resume_job(self, job_id: int) -> Job:
        """Let a job go on.

        One that failed or was cancelled, from where it stood.
        """
        return self._connection.write("POST", f"/jobs/{in_path(job_id)}/resume", None, Job)

    def list_listings(self, **query: Unpack[ListListingsQuery]) -> Pages[Span]:
        """What exchanges listed and delisted, newest first.

        One entry for each span in which an instrument traded.
        """
        return Pages(self._connection, "/listings", query, Span)

    def get_me(self) -> Me:
        """Who one is.

        What one may do, and how one wants to see things.
        """
        return self._connection.get("/me", {}, Me)

    def change_me(self, **body: Unpack[ChangeMeBody]) -> Me:
        """Change one's own settings.

        By a token only if that has the scope admin. Passwords, passkeys and codes are changed in a
        browser.
        """
        return self._connection.write("PATCH", "/me", body, Me)

    def list_sessions(self, **query: Unpack[ListSessionsQuery]) -> Pages[Session]:
        """Where one is signed in.

        By id.
        """
        return Pages(self._connection, "/me/sessions", query, Session)

    def end_session(self, session_id: int) -> None:
        """Sign out somewhere.

        One's own session of that id. By a token only if that has the scope admin.
        """
        self._connection.write("DELETE", f"/me/sessions/{in_path(session_id)}", None, type(None))

    def list_messages(self, **query: Unpack[ListMessagesQuery]) -> Pages[Message]:
        """Messages to channels, newest first.

        What was sent, waits or was given up, with the last tries of each; tests are among them.
        """
        return Pages(self._connection, "/messages", query, Message)

    def get_message(self, message_id: int) -> MessageDetail:
        """One message.

        What it said, and every notice that went in it.
        """
        return self._connection.get(f"/messages/{in_path(message_id)}", {}, MessageDetail)

    def list_nodes(self, **query: Unpack[ListNodesQuery]) -> Pages[Node]:
        """Worker nodes.

        By name: the state of each and why, what it holds and how fast it is.
        """
        return Pages(self._connection, "/nodes", query, Node)

    def drain_node(self, name: str, **body: Unpack[DrainNodeBody]) -> Node:
        """Place no more work on a node.

        What it holds, it finishes.
        """
        return self._connection.write("POST", f"/nodes/{in_path(name)}/drain", body, Node)

    def undrain_node(self, name: str) -> Node:
        """Place work on a node again.

        From now on.
        """
        return self._connection.write("POST", f"/nodes/{in_path(name)}/undrain", None, Node)

    def weigh_node(self, name: str, **body: Unpack[WeighNodeBody]) -> Node:
        """Set a node's share of placed work.

        0.5 for a machine of half the speed. It outlives the process.
        """
        return self._connection.write("POST", f"/nodes/{in_path(name)}/weight", body, Node)

    def list_notices(self, **query: Unpack[ListNoticesQuery]) -> Pages[Notice]:
        """Notices, newest first.

        What was told, with how it fares on each channel; none where no channel wanted it.
        """
        return Pages(self._connection, "/notices", query, Notice)

    def get_notice(self, notice_id: int) -> Notice:
        """One notice.

        What it tells, and how it fares on each channel.
        """
        return self._connection.get(f"/notices/{in_path(notice_id)}", {}, Notice)

    def list_outcomes(self, **query: Unpack[ListOutcomesQuery]) -> Pages[Outcome]:
        """How signals ended, newest exit first.

        The outcomes of published signals in one state.
        """
        return Pages(self._connection, "/outcomes", query, Outcome)

    def get_overview(self) -> Overview:
        """What is open, was found lately, and came of it.

        At most fifteen seconds old.
        """
        return self._connection.get("/overview", {}, Overview)

    def set_owner(self, **body: Unpack[SetOwnerBody]) -> None:
        """Say whose a strategy is.

        Others do not see it from then on.
        """
        self._connection.write("PUT", "/ownership", body, type(None))

    def list_people(self, **query: Unpack[ListPeopleQuery]) -> Pages[Person]:
        """Who can sign in.

        By id.
        """
        return Pages(self._connection, "/people", query, Person)

    def disable_person(self, person_id: int) -> Person:
        """Let somebody in no more.

        What is theirs stays; what waited to be told to them is given up.
        """
        return self._connection.write("POST", f"/people/{in_path(person_id)}/disable", None, Person)

    def enable_person(self, person_id: int) -> Person:
        """Let somebody in again.

        As before.
        """
        return self._connection.write("POST", f"/people/{in_path(person_id)}/enable", None, Person)

    def forget_factors(self, person_id: int) -> Person:
        """Forget second factors.

        They sign in by password alone from now on.
        """
        return self._connection.write("POST", f"/people/{in_path(person_id)}/forget-factors", None, Person)

    def make_reset_link(self, person_id: int) -> Link:
        """A link for a new password.

        Links of that kind from before work no more. It is shown this once, so no key repeats the
        answer.
        """
        return self._connection.write("POST", f"/people/{in_path(person_id)}/reset", None, Link)

    def set_role(self, person_id: int, **body: Unpack[SetRoleBody]) -> Person:
        """Give somebody a role.

        It takes the place of the one before; the last admin stays one.
        """
        return self._connection.write("POST", f"/people/{in_path(person_id)}/role", body, Person)

    def list_decisions(self, **query: Unpack[ListDecisionsQuery]) -> Pages[Decision]:
        """Why work changed its place.

        Newest first.
        """
        return Pages(self._connection, "/placement/decisions", query, Decision)

    def explain_placement(self, **query: Unpack[ExplainPlacementQuery]) -> PlaceStory:
        """Why work lies where it does.

        By its key, such as `shard:12`: the ranking of the nodes and its newest moves.
        """
        return self._connection.get("/placement/explanation", query, PlaceStory)

    def list_places(self, **query: Unpack[ListPlacesQuery]) -> Pages[Place]:
        """Which node work goes to.

        By concern and key.
        """
        return Pages(self._connection, "/placement/places", query, Place)

    def plot_expressions(self, **query: Unpack[PlotExpressionsQuery]) -> Plot:
        """Expressions over the candles of a series.

        Their values at the newest bars, after as many bars more as averages need; what is wrong is said
        by its column.
        """
        return self._connection.get("/plots", query, Plot)

    def list_quality(self, **query: Unpack[ListQualityQuery]) -> Pages[Quality]:
        """How good the newest bars of series are.

        Coverage, staleness, consistency, outliers and more, each with what it rests on, and one score.
        """
        return Pages(self._connection, "/quality", query, Quality)

    def list_recommendations(self, **query: Unpack[ListRecommendationsQuery]) -> Pages[Recommendation]:
        """What could be better.

        Newest first, with the numbers that each rests on, and of those that were done whether that
        helped.
        """
        return Pages(self._connection, "/recommendations", query, Recommendation)

    def get_recommendation(self, recommendation_id: int) -> Recommendation:
        """One recommendation.

        What to do, from which numbers, and what came of it.
        """
        return self._connection.get(f"/recommendations/{in_path(recommendation_id)}", {}, Recommendation)

    def dismiss_recommendation(
        self, recommendation_id: int, **body: Unpack[DismissRecommendationBody]
    ) -> Recommendation:
        """Dismiss it.

        It is not said again for 90 days.
        """
        return self._connection.write(
            "POST", f"/recommendations/{in_path(recommendation_id)}/dismiss", body, Recommendation
        )

    def done_recommendation(self, recommendation_id: int) -> Recommendation:
        """Say that it was done.

        From now on it is looked whether that helped.
        """
        return self._connection.write(
            "POST", f"/recommendations/{in_path(recommendation_id)}/done", None, Recommendation
        )

    def list_replays(self, **query: Unpack[ListReplaysQuery]) -> Pages[Replay]:
        """Stored history that is played as if live.

        By id; `again` says that a new run can follow.
        """
        return Pages(self._connection, "/replays", query, Replay)

    def replay_again(self, replay_id: int) -> Replay:
        """Play a replay again.

        A new run, in a venue of its own, of one that has ended; asked twice it begins one.
        """
        return self._connection.write("POST", f"/replays/{in_path(replay_id)}/again", None, Replay)

    def list_report_schedules(self, **query: Unpack[ListReportSchedulesQuery]) -> Pages[Schedule]:
        """Who gets reports regularly.

        One's own and those of one's teams; to operators everybody's too, to admins all.
        """
        return Pages(self._connection, "/report-schedules", query, Schedule)

    def add_report_schedule(self, **body: Unpack[AddReportScheduleBody]) -> Schedule:
        """Get a report regularly.

        The first one is that of the period that runs now.
        """
        return self._connection.write("POST", "/report-schedules", body, Schedule)

    def remove_report_schedule(self, schedule_id: int) -> None:
        """End a schedule.

        The reports that it made stay.
        """
        self._connection.write("DELETE", f"/report-schedules/{in_path(schedule_id)}", None, type(None))

    def pause_report_schedule(self, schedule_id: int) -> Schedule:
        """Let it rest.

        Periods that are over meanwhile are not reported on.
        """
        return self._connection.write(
            "POST", f"/report-schedules/{in_path(schedule_id)}/pause", None, Schedule
        )

    def resume_report_schedule(self, schedule_id: int) -> Schedule:
        """Let it go on.

        With the period that runs now.
        """
        return self._connection.write(
            "POST", f"/report-schedules/{in_path(schedule_id)}/resume", None, Schedule
        )

    def list_reports(self, **query: Unpack[ListReportsQuery]) -> Pages[Report]:
        """Reports that are kept, newest first.

        Those in which nothing is that belongs to others.
        """
        return Pages(self._connection, "/reports", query, Report)

    def make_report(self, **body: Unpack[MakeReportBody]) -> Report:
        """Ask for a report.

        A job makes it; what belongs to others is not in it.
        """
        return self._connection.write("POST", "/reports", body, Report)

    def get_report(self, report_id: int) -> ReportContent:
        """What a report says.

        As JSON; 409 while it is not made.
        """
        return self._connection.get(f"/reports/{in_path(report_id)}", {}, ReportContent)

    def delete_report(self, report_id: int) -> None:
        """Forget a report.

        A job that makes it finds nothing to do.
        """
        self._connection.write("DELETE", f"/reports/{in_path(report_id)}", None, type(None))

    def download_report(self, report_id: int, **query: Unpack[DownloadReportQuery]) -> bytes:
        """A report as a file.

        HTML, PDF, JSON, CSV or XLSX: the same bytes each time; 409 while it is not made.
        """
        return self._connection.file(f"/reports/{in_path(report_id)}/file", query)

    def list_revisions(self, **query: Unpack[ListRevisionsQuery]) -> Pages[Revision]:
        """Outcomes that today's candles would change.

        Settled outcomes stay as they were told; a revision says what corrected candles would make of
        one.
        """
        return Pages(self._connection, "/revisions", query, Revision)

    def list_rollouts(self, **query: Unpack[ListRolloutsQuery]) -> Pages[Rollout]:
        """Rollouts, newest first.

        With their limits, and what was measured when they were last looked at.
        """
        return Pages(self._connection, "/rollouts", query, Rollout)

    def start_rollout(self, **body: Unpack[StartRolloutBody]) -> Rollout:
        """Begin a rollout.

        Another version must be live, which announces the rest.
        """
        return self._connection.write("POST", "/rollouts", body, Rollout)

    def get_rollout(self, rollout_id: int) -> Rollout:
        """One rollout.

        How it stands, or how it ended and why.
        """
        return self._connection.get(f"/rollouts/{in_path(rollout_id)}", {}, Rollout)

    def abort_rollout(self, rollout_id: int, **body: Unpack[AbortRolloutBody]) -> Rollout:
        """Abort a rollout.

        The former version has the whole universe again, and the other one is retired.
        """
        return self._connection.write("POST", f"/rollouts/{in_path(rollout_id)}/abort", body, Rollout)

    def set_share(self, rollout_id: int, **body: Unpack[SetShareBody]) -> Rollout:
        """Change the share of a rollout.

        To make the version live wholly: `versions/{id}/live`.
        """
        return self._connection.write("POST", f"/rollouts/{in_path(rollout_id)}/share", body, Rollout)

    def list_actions(self, **query: Unpack[ListActionsQuery]) -> Pages[ScalingAction]:
        """Changes of the number of workers.

        Newest first, with what was measured before and after.
        """
        return Pages(self._connection, "/scaling/actions", query, ScalingAction)

    def list_looks(self, **query: Unpack[ListLooksQuery]) -> Pages[ScalingLook]:
        """What the policy of scaling saw and wished.

        Newest first, of the last day.
        """
        return Pages(self._connection, "/scaling/looks", query, ScalingLook)

    def list_scores(self, **query: Unpack[ListScoresQuery]) -> Pages[Score]:
        """What the signals of versions came to.

        Counts, hit rate and means with their intervals; versions, newest first.
        """
        return Pages(self._connection, "/scoreboard", query, Score)

    def list_signals(self, **query: Unpack[ListSignalsQuery]) -> Pages[Signal]:
        """Signals, newest bar first.

        Published signals unless `state` asks otherwise; settled ones by the bar of their exit.
        """
        return Pages(self._connection, "/signals", query, Signal)

    def get_signal(self, signal_id: int) -> SignalDetail:
        """One signal.

        The signal with its outcome, later revisions of it, and the notices that told of it.
        """
        return self._connection.get(f"/signals/{in_path(signal_id)}", {}, SignalDetail)

    def chart_signal(self, signal_id: int) -> Chart:
        """The chart of a signal.

        The bars around it, its levels, markers, and the indicators that its strategy compares.
        """
        return self._connection.get(f"/signals/{in_path(signal_id)}/chart", {}, Chart)

    def picture_signal(self, signal_id: int, **query: Unpack[PictureSignalQuery]) -> bytes:
        """The chart of a signal as a PNG.

        As messages carry it: candles, levels, markers, and what came of it so far.
        """
        return self._connection.file(f"/signals/{in_path(signal_id)}/chart.png", query)

    def explain_signal(self, signal_id: int, **query: Unpack[ExplainSignalQuery]) -> Explanation:
        """Why a signal fired.

        The value of every clause at its bar, with candles as they were known then, or with today's
        (`now`).
        """
        return self._connection.get(f"/signals/{in_path(signal_id)}/explanation", query, Explanation)

    def list_similar(self, signal_id: int) -> Similar:
        """Similar signals before one.

        Those of the same version and side that had settled before its bar, the nearest first.
        """
        return self._connection.get(f"/signals/{in_path(signal_id)}/similar", {}, Similar)

    def list_alert_silences(self, **query: Unpack[ListAlertSilencesQuery]) -> Pages[Silence]:
        """What is not told for a while.

        By number.
        """
        return Pages(self._connection, "/silences", query, Silence)

    def add_silence(self, **body: Unpack[AddSilenceBody]) -> Silence:
        """Silence incidents for a while.

        They are opened all the same; what still goes on when it ends is told then.
        """
        return self._connection.write("POST", "/silences", body, Silence)

    def end_silence(self, silence_id: int) -> Silence:
        """End a silence.

        What goes on is told.
        """
        return self._connection.write("POST", f"/silences/{in_path(silence_id)}/end", None, Silence)

    def list_sources(self, **query: Unpack[ListSourcesQuery]) -> Pages[Source]:
        """Who may send alerts.

        By name, with how their alerts fared.
        """
        return Pages(self._connection, "/sources", query, Source)

    def add_source(self, **body: Unpack[AddSourceBody]) -> MadeSource:
        """Let somebody send alerts.

        The secret is shown this once, so no key repeats the answer.
        """
        return self._connection.write("POST", "/sources", body, MadeSource)

    def remove_source(self, name: str) -> None:
        """Take alerts of a source no more.

        What runs is followed to its end, and all stays on record.
        """
        self._connection.write("DELETE", f"/sources/{in_path(name)}", None, type(None))

    def renew_source_secret(self, name: str) -> MadeSource:
        """Make a new secret for a source.

        It is shown this once, so no key repeats the answer. The one of before is taken until it is
        ended.
        """
        return self._connection.write("POST", f"/sources/{in_path(name)}/secret", None, MadeSource)

    def end_source_secret(self, name: str) -> Source:
        """End the former secret of a source.

        Only alerts with the newest are taken from then on.
        """
        return self._connection.write("POST", f"/sources/{in_path(name)}/secret/end", None, Source)

    def list_strategies(self, **query: Unpack[ListStrategiesQuery]) -> Pages[Strategy]:
        """Versions, newest first.

        Every version with its text and with what its signals came to.
        """
        return Pages(self._connection, "/strategies", query, Strategy)

    def save_strategy(self, **body: Unpack[SaveStrategyBody]) -> Version:
        """Save a version of a strategy.

        A draft, or a shadow that runs and is not announced. 409 where a version means the same, or
        where a newer one than `base` was saved meanwhile.
        """
        return self._connection.write("POST", "/strategies", body, Version)

    def check_strategy(self, **body: Unpack[CheckStrategyBody]) -> CheckedText:
        """Check the text of a strategy.

        All its mistakes by line and column, or what it means here and now; nothing is stored.
        """
        return self._connection.write("POST", "/strategies/check", body, CheckedText)

    def list_examples(self, **query: Unpack[ListExamplesQuery]) -> Pages[Example]:
        """Strategies that come along.

        By name, each with its text.
        """
        return Pages(self._connection, "/strategies/examples", query, Example)

    def roll_back(self, **body: Unpack[RollBackBody]) -> Version:
        """Go back to what was live before.

        Answers with the version that is live again.
        """
        return self._connection.write("POST", "/strategies/rollback", body, Version)

    def preview_strategy(self, **body: Unpack[PreviewStrategyBody]) -> Would:
        """What the text of a strategy would have fired.

        For one instrument over its newest 20,000 bars; nothing is stored. It is answered 30 times a
        minute, and refused where it would take longer than four seconds.
        """
        return self._connection.write("POST", "/strategy-preview", body, Would)

    def preview_subscription(self, **body: Unpack[PreviewSubscriptionBody]) -> Preview:
        """What would have come by a subscription.

        Of the last seven days; nothing is stored.
        """
        return self._connection.write("POST", "/subscription-preview", body, Preview)

    def list_subscriptions(self, **query: Unpack[ListSubscriptionsQuery]) -> Pages[Subscription]:
        """Who wants which notices.

        By id.
        """
        return Pages(self._connection, "/subscriptions", query, Subscription)

    def add_subscription(self, **body: Unpack[AddSubscriptionBody]) -> Subscription:
        """Subscribe to notices.

        Notices from now on go by it.
        """
        return self._connection.write("POST", "/subscriptions", body, Subscription)

    def change_subscription(
        self, subscription_id: int, **body: Unpack[ChangeSubscriptionBody]
    ) -> Subscription:
        """Change a subscription.

        To all that is said, left out being the default; what waits goes when it was to go.
        """
        return self._connection.write("PUT", f"/subscriptions/{in_path(subscription_id)}", body, Subscription)

    def remove_subscription(self, subscription_id: int) -> None:
        """End a subscription.

        What waited for its hours goes at once.
        """
        self._connection.write("DELETE", f"/subscriptions/{in_path(subscription_id)}", None, type(None))

    def pause_subscription(self, subscription_id: int) -> Subscription:
        """Pause it.

        Notices of meanwhile do not go by it.
        """
        return self._connection.write(
            "POST", f"/subscriptions/{in_path(subscription_id)}/pause", None, Subscription
        )

    def resume_subscription(self, subscription_id: int) -> Subscription:
        """Let it go on.

        From now on.
        """
        return self._connection.write(
            "POST", f"/subscriptions/{in_path(subscription_id)}/resume", None, Subscription
        )

    def list_teams(self, **query: Unpack[ListTeamsQuery]) -> Pages[Team]:
        """Teams.

        By id.
        """
        return Pages(self._connection, "/teams", query, Team)

    def make_team(self, **body: Unpack[MakeTeamBody]) -> Team:
        """Make a team.

        Without members.
        """
        return self._connection.write("POST", "/teams", body, Team)

    def drop_team(self, team_id: int) -> None:
        """Remove a team.

        One that owns nothing; its channels and subscriptions go with it.
        """
        self._connection.write("DELETE", f"/teams/{in_path(team_id)}", None, type(None))

    def set_members(self, team_id: int, **body: Unpack[SetMembersBody]) -> Team:
        """Say who is in a team.

        All of them at once.
        """
        return self._connection.write("PUT", f"/teams/{in_path(team_id)}/members", body, Team)

    def list_tokens(self, **query: Unpack[ListTokensQuery]) -> Pages[Token]:
        """Tokens of programs.

        One's own, and for admins those of all; the newest first.
        """
        return Pages(self._connection, "/tokens", query, Token)

    def make_token(self, **body: Unpack[MakeTokenBody]) -> MadeToken:
        """Make a token of one's own.

        It is shown this once, so no key repeats the answer. By a token only if that has the scope
        admin.
        """
        return self._connection.write("POST", "/tokens", body, MadeToken)

    def revoke_token(self, token_id: int) -> None:
        """Take a token back.

        It opens nothing any more. Those of others are an admin's to take back.
        """
        self._connection.write("DELETE", f"/tokens/{in_path(token_id)}", None, type(None))

    def list_topics(self, **query: Unpack[ListTopicsQuery]) -> Pages[Topic]:
        """What notices can tell of.

        By name.
        """
        return Pages(self._connection, "/topics", query, Topic)

    def list_trends(self, **query: Unpack[ListTrendsQuery]) -> Pages[Trend]:
        """How measures went.

        The slope, the seasons and the shifts of level of each measure, by name and labels.
        """
        return Pages(self._connection, "/trends", query, Trend)

    def get_tuning(self) -> Tuning:
        """What could be better in the database and its processes.

        Indexes, statements, tables, settings and processes; nothing is changed by asking.
        """
        return self._connection.get("/tuning", {}, Tuning)

    def list_venues(self, **query: Unpack[ListVenuesQuery]) -> Pages[Venue]:
        """Where candles come from.

        Exchanges with how they fare, the venues of files, and replays, by name.
        """
        return Pages(self._connection, "/venues", query, Venue)

    def add_exchange(self, **body: Unpack[AddExchangeBody]) -> Synced:
        """Add an exchange.

        Its list is read at once; where it does not answer, nothing is stored.
        """
        return self._connection.write("POST", "/venues", body, Synced)

    def remove_exchange(self, name: str) -> None:
        """Forget an exchange.

        One that has delivered no candles and of which nothing is watched.
        """
        self._connection.write("DELETE", f"/venues/{in_path(name)}", None, type(None))

    def sync_exchange(self, name: str) -> Synced:
        """Read the list of an exchange again.

        What it listed and delisted since.
        """
        return self._connection.write("POST", f"/venues/{in_path(name)}/sync", None, Synced)

    def get_version(self, version_id: int) -> Version:
        """One version.

        Its text, what its signals came to, and how it went through its stages, the last change first.
        """
        return self._connection.get(f"/versions/{in_path(version_id)}", {}, Version)

    def compare_versions(self, version_id: int, **query: Unpack[CompareVersionsQuery]) -> Comparison:
        """Two versions compared.

        The signals of both over the bars and instruments that both have evaluated, the other one first.
        """
        return self._connection.get(f"/versions/{in_path(version_id)}/comparison", query, Comparison)

    def tell_difference(self, version_id: int, **query: Unpack[TellDifferenceQuery]) -> Difference:
        """What changed in meaning.

        From the other version to this one, key by key; layout, order and names do not count.
        """
        return self._connection.get(f"/versions/{in_path(version_id)}/difference", query, Difference)

    def list_effects(self, version_id: int) -> EffectList:
        """What changes of stage would do.

        Those that are possible now, each with its effect in words; nothing is changed.
        """
        return self._connection.get(f"/versions/{in_path(version_id)}/effects", {}, EffectList)

    def promote_version(self, version_id: int) -> Version:
        """Make a version live.

        Wholly: what was live before is retired, and a rollout of this version is completed.
        """
        return self._connection.write("POST", f"/versions/{in_path(version_id)}/live", None, Version)

    def list_reasons(self, version_id: int) -> ReasonList:
        """Why candidates were rejected.

        All of a version, the most frequent reason first.
        """
        return self._connection.get(f"/versions/{in_path(version_id)}/reasons", {}, ReasonList)

    def retire_version(self, version_id: int) -> Version:
        """Retire a version.

        It enters nothing any more, and runs until its last signal has ended. One that is live:
        operators.
        """
        return self._connection.write("POST", f"/versions/{in_path(version_id)}/retire", None, Version)

    def start_shadow(self, version_id: int) -> Version:
        """Let a draft run.

        Scored, and not announced.
        """
        return self._connection.write("POST", f"/versions/{in_path(version_id)}/shadow", None, Version)

    def list_universe(self, version_id: int, **query: Unpack[ListUniverseQuery]) -> Pages[Member]:
        """What a version looks at.

        Its instruments with where each begins and how far it was evaluated, by id.
        """
        return Pages(self._connection, f"/versions/{in_path(version_id)}/universe", query, Member)

    def list_watches(self, **query: Unpack[ListWatchesQuery]) -> Pages[Watch]:
        """Series that are kept up to date.

        By venue, symbol and timeframe, with how far each is and which venue answers for it.
        """
        return Pages(self._connection, "/watches", query, Watch)

    def add_watched(self, **body: Unpack[AddWatchedBody]) -> Watched:
        """Keep series up to date.

        All of them or, where one cannot be, none. What is watched already reaches back to `since`.
        """
        return self._connection.write("POST", "/watches", body, Watched)

    def remove_watched(self, watch_id: int) -> None:
        """Keep a series up to date no more.

        Its candles stay.
        """
        self._connection.write("DELETE", f"/watches/{in_path(watch_id)}", None, type(None))

    def heal_watched(self, watch_id: int) -> Watch:
        """Heal the gaps of a series now.

        They are asked for with the next poll, also those that the exchange did not have lately.
        """
        return self._connection.write("POST", f"/watches/{in_path(watch_id)}/heal", None, Watch)

    def pause_watched(self, watch_id: int) -> Watch:
        """Ask for a series no more.

        Until it is resumed.
        """
        return self._connection.write("POST", f"/watches/{in_path(watch_id)}/pause", None, Watch)

    def resume_watched(self, watch_id: int) -> Watch:
        """Ask for a series again.

        What it missed meanwhile comes first.
        """
        return self._connection.write("POST", f"/watches/{in_path(watch_id)}/resume", None, Watch)

    def list_watchlist(self, **query: Unpack[ListWatchlistQuery]) -> Pages[OnWatchlist]:
        """One's watch-list.

        In the order in which they were put there.
        """
        return Pages(self._connection, "/watchlist", query, OnWatchlist)

    def put_on_watchlist(self, instrument_id: int) -> OnWatchlist:
        """Put an instrument on one's watch-list.

        Where it is already, it stays in its place.
        """
        return self._connection.write("PUT", f"/watchlist/{in_path(instrument_id)}", None, OnWatchlist)

    def drop_from_watchlist(self, instrument_id: int) -> None:
        """Take an instrument off one's watch-list.

        One's own.
        """
        self._connection.write("DELETE", f"/watchlist/{in_path(instrument_id)}", None, type(None))

    def drop_work(self, **body: Unpack[DropWorkBody]) -> Count:
        """Try a piece of work no more.

        It stays listed, as that keeps it from being tried.
        """
        return self._connection.write("POST", "/work/drop", body, Count)

    def list_pieces(self, **query: Unpack[ListPiecesQuery]) -> Pages[Work]:
        """Work that runs, failed or is parked.

        The ledger, by kind and key; work that succeeded is not in it.
        """
        return Pages(self._connection, "/work/pieces", query, Work)

    def list_queues(self, **query: Unpack[ListQueuesQuery]) -> Pages[Queue]:
        """Queues and who reads them.

        By name; a queue of its own for each node that is alive.
        """
        return Pages(self._connection, "/work/queues", query, Queue)

    def retry_work(self, **body: Unpack[RetryWorkBody]) -> Count:
        """Try a piece of work again.

        Three times more, from now on.
        """
        return self._connection.write("POST", "/work/retry", body, Count)

    def list_rings(self, **query: Unpack[ListRingsQuery]) -> Pages[Ring]:
        """What the timetable rang last.

        The newest slot of each line, by name.
        """
        return Pages(self._connection, "/work/timetable", query, Ring)
