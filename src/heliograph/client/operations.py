"""Every operation of the API as a method."""
# Written by scripts/make_client.py from the description of the API; not for hands.

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypedDict, Unpack

from heliograph.client.connection import Connection, in_path
from heliograph.client.pages import Pages
from heliograph.client.shapes import (
    Alert,
    Backtest,
    BacktestDetail,
    Breakdown,
    Cache,
    Candle,
    CandleRevision,
    Channel,
    Chart,
    Comparison,
    Coverage,
    Decision,
    Delivery,
    Difference,
    Equity,
    Evaluation,
    Explanation,
    Freshness,
    Health,
    Import,
    Indicator,
    Instrument,
    Job,
    Member,
    Node,
    Notice,
    Outcome,
    Pair,
    Place,
    Postponed,
    Quality,
    Queue,
    Replay,
    Revision,
    Ring,
    Rollout,
    ScalingAction,
    ScalingLook,
    Score,
    Series,
    Signal,
    SignalDetail,
    Similar,
    Strategy,
    Subscription,
    Topic,
    Trade,
    Venue,
    Version,
    Watch,
    Work,
)


class ListBacktestsQuery(TypedDict, total=False):
    """What `list_backtests` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    venue: str | None
    state: Literal["queued", "running", "done", "failed", "cancelled"] | None


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


class ListChannelsQuery(TypedDict, total=False):
    """What `list_channels` can be asked."""

    limit: int
    cursor: str | None


class ListCoverageQuery(TypedDict, total=False):
    """What `list_coverage` can be asked."""

    limit: int
    cursor: str | None
    symbol: str | None
    venue: str | None
    timeframe: str | None


class ListDeliveriesQuery(TypedDict, total=False):
    """What `list_deliveries` can be asked."""

    limit: int
    cursor: str | None
    channel: str | None
    state: Literal["pending", "sent", "failed"] | None


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


class ListFreshnessQuery(TypedDict, total=False):
    """What `list_freshness` can be asked."""

    limit: int
    cursor: str | None
    venue: str | None


class ListImportsQuery(TypedDict, total=False):
    """What `list_imports` can be asked."""

    limit: int
    cursor: str | None
    venue: str | None
    kind: Literal["file", "exchange", "replay"] | None


class SendAlertQuery(TypedDict, total=False):
    """What `send_alert` can be asked."""

    secret: str


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


class ListJobsQuery(TypedDict, total=False):
    """What `list_jobs` can be asked."""

    limit: int
    cursor: str | None
    state: Literal["queued", "running", "done", "failed", "cancelled"] | None
    kind: str | None
    unfinished: bool


class ListNodesQuery(TypedDict, total=False):
    """What `list_nodes` can be asked."""

    limit: int
    cursor: str | None


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


class ListDecisionsQuery(TypedDict, total=False):
    """What `list_decisions` can be asked."""

    limit: int
    cursor: str | None
    key: str | None


class ListPlacesQuery(TypedDict, total=False):
    """What `list_places` can be asked."""

    limit: int
    cursor: str | None
    concern: str | None
    node: str | None


class ListQualityQuery(TypedDict, total=False):
    """What `list_quality` can be asked."""

    limit: int
    cursor: str | None
    symbol: str | None
    venue: str | None
    timeframe: str | None


class ListReplaysQuery(TypedDict, total=False):
    """What `list_replays` can be asked."""

    limit: int
    cursor: str | None


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


class ExplainSignalQuery(TypedDict, total=False):
    """What `explain_signal` can be asked."""

    now: bool


class ListStrategiesQuery(TypedDict, total=False):
    """What `list_strategies` can be asked."""

    limit: int
    cursor: str | None
    strategy: str | None
    stage: Literal["draft", "shadow", "live", "retired"] | None


class ListSubscriptionsQuery(TypedDict, total=False):
    """What `list_subscriptions` can be asked."""

    limit: int
    cursor: str | None
    channel: str | None


class ListTopicsQuery(TypedDict, total=False):
    """What `list_topics` can be asked."""

    limit: int
    cursor: str | None


class ListVenuesQuery(TypedDict, total=False):
    """What `list_venues` can be asked."""

    limit: int
    cursor: str | None
    kind: Literal["file", "exchange", "replay"] | None


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


class ListRingsQuery(TypedDict, total=False):
    """What `list_rings` can be asked."""

    limit: int
    cursor: str | None


class Operations:
    """What can be asked of a Heliograph."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_backtests(self, **query: Unpack[ListBacktestsQuery]) -> Pages[Backtest]:
        """Stored backtests, newest first.

        What was asked for, how far each is, and the figures of those that are finished.
        """
        return Pages(self._connection, "/backtests", query, Backtest)

    def get_backtest(self, backtest_id: int) -> BacktestDetail:
        """One backtest.

        What was asked, what was read, and what came of it.
        """
        return self._connection.get(f"/backtests/{in_path(backtest_id)}", {}, BacktestDetail)

    def get_breakdown(self, backtest_id: int) -> Breakdown:
        """A result cut into parts.

        By instrument, and by month, or year where there are very many months.
        """
        return self._connection.get(f"/backtests/{in_path(backtest_id)}/breakdown", {}, Breakdown)

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

    def list_trades(self, backtest_id: int, **query: Unpack[ListTradesQuery]) -> Pages[Trade]:
        """The trades of a backtest.

        By instrument, then end.
        """
        return Pages(self._connection, f"/backtests/{in_path(backtest_id)}/trades", query, Trade)

    def get_cache(self) -> Cache:
        """What the levels of the cache have.

        Levels and prefixes over all living processes.
        """
        return self._connection.get("/cache", {}, Cache)

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

    def list_channels(self, **query: Unpack[ListChannelsQuery]) -> Pages[Channel]:
        """Where notices go.

        By name, with how many deliveries are sent, wait or failed.
        """
        return Pages(self._connection, "/channels", query, Channel)

    def list_coverage(self, **query: Unpack[ListCoverageQuery]) -> Pages[Coverage]:
        """How complete series are, with every gap.

        Bars that exist beside bars that should by the calendar: a holiday is no gap.
        """
        return Pages(self._connection, "/coverage", query, Coverage)

    def list_deliveries(self, **query: Unpack[ListDeliveriesQuery]) -> Pages[Delivery]:
        """Deliveries, newest first.

        Each notice for each channel: sent, waiting, or given up and why.
        """
        return Pages(self._connection, "/deliveries", query, Delivery)

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

    def list_freshness(self, **query: Unpack[ListFreshnessQuery]) -> Pages[Freshness]:
        """How old the newest bar of each series is.

        By venue, symbol and timeframe; `missing` bars should have come since, 0 is fresh.
        """
        return Pages(self._connection, "/freshness", query, Freshness)

    def get_health(self) -> Health:
        """Whether the parts answer, and how fresh data is.

        The parts, the work that is in trouble, and the newest bars of each venue.
        """
        return self._connection.get("/health", {}, Health)

    def list_imports(self, **query: Unpack[ListImportsQuery]) -> Pages[Import]:
        """Imports, newest first.

        What was delivered, and what became of its rows.
        """
        return Pages(self._connection, "/imports", query, Import)

    def get_import(self, import_id: int) -> Import:
        """One import.

        How far it is, or what it brought.
        """
        return self._connection.get(f"/imports/{in_path(import_id)}", {}, Import)

    def send_alert(self, source: str, body: Mapping[str, object], **query: Unpack[SendAlertQuery]) -> Alert:
        """Send an alert as a signal from outside.

        202: it is taken; 200: it had come before. What cannot be followed is 422, and is kept with its
        reason.

        The secret of the source stands in the body as `secret`, in the address, or in `Authorization:
        Bearer`.
        """
        return self._connection.write("POST", f"/inbound/{in_path(source)}", body, Alert, query)

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

    def list_nodes(self, **query: Unpack[ListNodesQuery]) -> Pages[Node]:
        """Worker nodes.

        By name: the state of each and why, what it holds and how fast it is.
        """
        return Pages(self._connection, "/nodes", query, Node)

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

    def list_decisions(self, **query: Unpack[ListDecisionsQuery]) -> Pages[Decision]:
        """Why work changed its place.

        Newest first.
        """
        return Pages(self._connection, "/placement/decisions", query, Decision)

    def list_places(self, **query: Unpack[ListPlacesQuery]) -> Pages[Place]:
        """Which node work goes to.

        By concern and key.
        """
        return Pages(self._connection, "/placement/places", query, Place)

    def list_quality(self, **query: Unpack[ListQualityQuery]) -> Pages[Quality]:
        """How good the newest bars of series are.

        Coverage, staleness, consistency, outliers and more, each with what it rests on, and one score.
        """
        return Pages(self._connection, "/quality", query, Quality)

    def list_replays(self, **query: Unpack[ListReplaysQuery]) -> Pages[Replay]:
        """Stored history that is played as if live.

        By id; `again` says that a new run can follow.
        """
        return Pages(self._connection, "/replays", query, Replay)

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

    def get_rollout(self, rollout_id: int) -> Rollout:
        """One rollout.

        How it stands, or how it ended and why.
        """
        return self._connection.get(f"/rollouts/{in_path(rollout_id)}", {}, Rollout)

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

    def list_strategies(self, **query: Unpack[ListStrategiesQuery]) -> Pages[Strategy]:
        """Versions, newest first.

        Every version with its text and with what its signals came to.
        """
        return Pages(self._connection, "/strategies", query, Strategy)

    def list_subscriptions(self, **query: Unpack[ListSubscriptionsQuery]) -> Pages[Subscription]:
        """Who wants which notices.

        By id.
        """
        return Pages(self._connection, "/subscriptions", query, Subscription)

    def list_topics(self, **query: Unpack[ListTopicsQuery]) -> Pages[Topic]:
        """What notices can tell of.

        By name.
        """
        return Pages(self._connection, "/topics", query, Topic)

    def list_venues(self, **query: Unpack[ListVenuesQuery]) -> Pages[Venue]:
        """Where candles come from.

        Exchanges with how they fare, the venues of files, and replays, by name.
        """
        return Pages(self._connection, "/venues", query, Venue)

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

    def list_rings(self, **query: Unpack[ListRingsQuery]) -> Pages[Ring]:
        """What the timetable rang last.

        The newest slot of each line, by name.
        """
        return Pages(self._connection, "/work/timetable", query, Ring)
