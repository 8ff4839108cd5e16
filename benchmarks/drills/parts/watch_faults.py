"""The faults of the drill of incidents: by which rule each is named, how soon, and which go on at once."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.drills.parts import watch_breaks as breaks
from benchmarks.drills.parts.watch_breaks import Mend
from benchmarks.drills.parts.watch_ground import Watched


@dataclass(frozen=True, slots=True)
class Fault:
    """`names`: rules by any of which the incident may be named. It is named within so many seconds, and over
    within so many after it was mended. `seen_after`: only then, as nobody could write before."""

    title: str
    names: tuple[str, ...]
    begin: Callable[[Watched], Mend]
    within: float
    over_within: float = 90.0
    seen_after: float | None = None


EVALUATION = ("strategy-unevaluated", "evaluation-behind")
# Those of a round are of parts that do not disturb each other, and no two of a cause. Faults of one cause
# stand far apart: what comes back within ten minutes, two here, is the same incident.
ROUNDS = (
    (
        Fault("slow query", ("slow-query",), breaks.slow_query, 75),
        Fault("exchange answers errors", ("exchange-failing",), breaks.exchange_errors, 150),
        Fault("disk nearly full", ("disk-filling",), breaks.disk_nearly_full, 45),
        Fault("work parked", ("work-parked",), breaks.poison, 120, 120),
    ),
    (Fault("PostgreSQL killed", ("database-down",), breaks.postgres_killed, 60, seen_after=12),),
    (Fault("worker killed", ("concern-unserved",), breaks.worker_killed, 60),),
    (
        Fault("candles stop", ("data-stale",), breaks.candles_stop, 300, 180),
        Fault("lock wait", ("lock-waits",), breaks.lock_wait, 45),
        Fault("gaps in data", ("coverage-low",), breaks.gaps, 120, 120),
        Fault("queue backlog", ("queue-backlog",), breaks.backlog, 60, 120),
        Fault("heartbeat unreached", ("heartbeat-unreached",), breaks.heartbeat_unreached, 90),
    ),
    (Fault("Redis killed", ("redis-down",), breaks.redis_killed, 60),),
    (Fault("beat killed", ("timetable-late",), breaks.beat_killed, 120),),
    (
        Fault("rejects", ("rejects-invalid",), breaks.rejects, 120, 150),
        Fault("notices refused", ("channel-failing", "notices-late"), breaks.notices_refused, 90, 120),
        Fault("long transaction", ("long-transaction",), breaks.long_transaction, 75),
    ),
    (
        Fault("exchange stalled", ("exchange-failing",), breaks.exchange_stalled, 200, 150),
        Fault("clock skewed", ("clock-skewed",), breaks.clock_skewed, 90),
    ),
    (Fault("strategy unevaluated", EVALUATION, breaks.unevaluated, 120, 120),),
    (Fault("Redis full", ("redis-memory",), breaks.redis_full, 120, 120),),
    (Fault("PostgreSQL stalled", ("database-down",), breaks.postgres_stalled, 60, seen_after=15),),
)
