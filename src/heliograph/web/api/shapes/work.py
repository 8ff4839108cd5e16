"""Work: jobs, queues, the ledger, nodes, placement, scaling and caches."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.backtests import JobState
from heliograph.web.api.shapes.lists import Listed


class JobShape(Schema):
    """Long work; `total` is null where its length is not known."""

    id: int
    kind: str
    title: str
    state: JobState
    done: int
    total: int | None
    unit: str
    result: dict[str, object]
    cancel_asked: bool
    holder: str
    tries: int
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobList(Listed[JobShape]):
    """A page of jobs."""


class QueueShape(Schema):
    """One queue: messages that wait, null where Redis does not answer, and the nodes that read it."""

    name: str
    waiting: int | None
    nodes: list[str]


class QueueList(Listed[QueueShape]):
    """A page of queues."""


class WorkShape(Schema):
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


class WorkList(Listed[WorkShape]):
    """A page of the ledger."""


class RingShape(Schema):
    """A line of the timetable: its newest slot, and when that was rung."""

    name: str
    due_at: datetime
    rung_at: datetime


class RingList(Listed[RingShape]):
    """A page of the timetable."""


class NodeShape(Schema):
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


class NodeList(Listed[NodeShape]):
    """A page of nodes."""


class PlaceShape(Schema):
    """Which node a piece of work goes to; `node` is null where it is forgotten."""

    key: str
    concern: str
    node: str | None
    strategy: str
    reason: str
    placed_at: datetime


class PlaceList(Listed[PlaceShape]):
    """A page of places."""


class DecisionShape(Schema):
    """A piece of work that got a place or changed it, and why."""

    id: int
    key: str
    from_node: str
    to_node: str
    strategy: str
    reason: str
    at: datetime


class DecisionList(Listed[DecisionShape]):
    """A page of decisions."""


class ScalingActionShape(Schema):
    """A change of the number of workers, why, and what it brought; `effect` is null until it is measured."""

    id: int
    pool: str
    before: int
    after: int
    reason: str
    measured: dict[str, object]
    effect: dict[str, object] | None
    dry_run: bool
    error: str
    at: datetime
    effect_at: datetime | None


class ScalingActionList(Listed[ScalingActionShape]):
    """A page of actions."""


class ScalingLookShape(Schema):
    """What the policy of a pool saw and wished at a moment."""

    id: int
    pool: str
    at: datetime
    workers: int
    wished: int
    target: int
    reason: str
    measured: dict[str, object]


class ScalingLookList(Listed[ScalingLookShape]):
    """A page of looks."""


class LevelShape(Schema):
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


class PrefixShape(Schema):
    """What was asked under one prefix of keys; `saved_s` is computing saved less the cost of caching."""

    name: str
    hit_rate: float | None
    computed: int
    computing_s: float
    saved_s: float | None
    verdict: str


class CacheShape(Schema):
    """The cache over all processes that told what they counted."""

    processes: int
    entries: int
    bytes: int
    levels: list[LevelShape]
    prefixes: list[PrefixShape]


class RankedShape(Schema):
    """A node in the order in which it would be taken: how many keys it holds, and may hold."""

    node: str
    holds: int
    most: int


class MoveShape(Schema):
    """A move of a piece of work; `before` is null where it was new."""

    at: datetime
    before: str | None
    after: str
    strategy: str
    reason: str


class PlaceStoryShape(PlaceShape):
    """Where a piece of work lies, how the nodes rank for it, and its newest moves, the last first."""

    ranking: list[RankedShape]
    decisions: list[MoveShape]
