"""A sample of what was published, replayed from rows: the same must come of it."""

from collections.abc import Iterator
from datetime import timedelta

from heliograph.monitor.measure import Definition, Measure, Rule, known, unknown
from heliograph.monitor.probe import Ground, Probe
from heliograph.monitor.queries import course
from heliograph.signals.models import Progress, StrategyVersion
from heliograph.signals.parity import Compared, look_back

COMPARED = Definition(
    "outcomes_replayed", "count", "signals and outcomes of one instrument that were replayed this time"
)
SAMPLED = Definition("outcomes_replay_sample_differences", "count", "of these, those that came out otherwise")
DIFFERENCES = Definition(
    "outcomes_replay_differences", "count", "the same of the worst sample of six hours", Rule(0, 1)
)
ALL = (COMPARED, SAMPLED, DIFFERENCES)
EVERY = 300
SPAN = timedelta(hours=6)
# The shards among which samples go round, and how many are tried for one that can be replayed.
NEWEST, TRIES = 50, 5


def read(ground: Ground) -> Iterator[Measure]:
    """One instrument of one shard at a time; each look takes the next."""
    found = _sample(ground)
    if found is None:
        yield from (unknown(one, "no shard that can be replayed was evaluated") for one in ALL)
        return
    number = len(found.differences)
    yield known(COMPARED, found.rows)
    yield known(SAMPLED, number)
    kept = course(SAMPLED.name, since=ground.at - SPAN, until=ground.at, layer="minute")
    most = max((point.most for point in kept if point.most is not None), default=0)
    yield known(DIFFERENCES, max(number, most), note=", ".join(found.differences[:3]))


def _sample(ground: Ground) -> Compared | None:
    running = Progress.objects.filter(version__stage__in=StrategyVersion.RUNNING).select_related("version")
    shards = list(running.order_by("-updated_at")[:NEWEST])
    turn = int(ground.at.timestamp()) // EVERY
    for attempt in range(min(TRIES, len(shards))):
        shard = shards[(turn + attempt) % len(shards)]
        # Once round all shards, and then the next instrument of each.
        row = (turn // len(shards)) % len(shard.instruments)
        found = look_back(shard, row, at=ground.at)
        if found is not None:
            return found
    return None


PROBE = Probe("outcomes", ALL, read, every=EVERY, seconds=5)
