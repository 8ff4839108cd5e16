"""How far a start has come: before the workers run, the stored history is evaluated."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max

from heliograph.fleet.nodes import alive
from heliograph.signals.models import Evaluation, StrategyVersion
from heliograph.signals.queries import Hidden, seen

# Whoever evaluates stores a step at least so often; compiling before the very first one takes a minute.
STEP = timedelta(seconds=60)
FIRST_STEP = timedelta(minutes=5)
# Fewer bars than this are no start, but a moment without a worker.
LEAST_BEHIND = 500
# Of each instrument its bars behind the first, by the share of the time between the first and the newest.
HOW_FAR = """
SELECT coalesce(sum(1 + (s.bars - 1) * (ends.newest - i.origin) / ends.length), 0)::bigint,
       coalesce(sum(1 + (s.bars - 1) * (least(i.watermark, ends.newest) - i.origin) / ends.length)
                FILTER (WHERE i.watermark >= i.origin), 0)::bigint
FROM signals_progress p
JOIN signals_strategyversion v ON v.id = p.version_id
CROSS JOIN LATERAL unnest(p.instruments, p.origins, p.watermarks) AS i(instrument, origin, watermark)
JOIN market_series s ON s.instrument_id = i.instrument AND s.timeframe = v.timeframe
CROSS JOIN LATERAL (
    SELECT (extract(epoch FROM s.last_open) * 1000)::numeric AS newest,
           greatest(extract(epoch FROM s.last_open - s.first_open) * 1000, 1)::numeric AS length
) AS ends
WHERE v.stage = ANY(%(running)s) AND v.strategy_id <> ALL(%(hidden)s) AND ends.newest >= i.origin
"""


@dataclass(frozen=True, slots=True)
class Starting:
    """A start under way: `done` of `total` bars are evaluated."""

    done: int
    total: int

    @property
    def share(self) -> float:
        """What is done, 0 to 1."""
        return self.done / self.total


def starting(*, at: datetime, hidden: Hidden = ()) -> Starting | None:
    """None unless history is being evaluated while no worker runs yet. At most four statements.

    Where no worker runs and nothing was stored lately, nobody evaluates: that is no start.
    """
    if alive(at=at):
        return None
    newest = Evaluation.objects.aggregate(newest=Max("started_at"))["newest"]
    running = StrategyVersion.objects.filter(seen(hidden, "strategy"), stage__in=StrategyVersion.RUNNING)
    if newest is None:
        added = running.aggregate(newest=Max("created_at"))["newest"]
        is_recent = added is not None and at - added < FIRST_STEP
    else:
        is_recent = at - newest < STEP
    return _how_far(hidden) if is_recent else None


def _how_far(hidden: Hidden) -> Starting | None:
    asked = {"running": [str(stage) for stage in StrategyVersion.RUNNING], "hidden": list(hidden)}
    with connection.cursor() as rows:
        rows.execute(HOW_FAR, asked)
        total, done = rows.fetchone()
    return Starting(done, total) if total - done >= LEAST_BEHIND else None
