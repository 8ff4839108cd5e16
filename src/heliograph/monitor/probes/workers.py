"""Workers: which live, which are lost, and whether each concern has one that serves it."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from heliograph.fleet.models import Node
from heliograph.fleet.node_list import state_of
from heliograph.fleet.queries import rescued
from heliograph.monitor.measure import Definition, Measure, Rule, known, unknown
from heliograph.monitor.probe import Ground, Probe

ALIVE = Definition("workers_alive", "count", "nodes whose heartbeat is fresh", Rule(1, 0, gate=True))
UNSERVED = Definition(
    "workers_unserved_queues", "count", "concerns that no living node serves", Rule(0, 1, gate=True)
)
LOST = Definition("workers_lost", "count", "nodes that fell silent in the last hour", Rule(0, 3))
EJECTED = Definition("workers_ejected", "count", "nodes that are left out as slow or failing", Rule(0, 3))
DRAINING = Definition("workers_draining", "count", "nodes that take no more work")
SILENT = Definition(
    "workers_silence_seconds",
    "seconds",
    "since the last heartbeat of the living node that was silent longest",
)
HELD = Definition("workers_outstanding", "count", "pieces of work that nodes hold")
RESCUED = Definition(
    "workers_rescued",
    "count",
    "pieces of work of the last hour whose message or worker was lost",
    Rule(20, 500),
)
ALL = (ALIVE, UNSERVED, LOST, EJECTED, DRAINING, SILENT, HELD)
HOUR = timedelta(hours=1)
ABSENT = ("lost", "left")


def read(ground: Ground) -> Iterator[Measure]:
    """From the rows of the nodes: a process may live and not beat."""
    nodes = [(node, state_of(node, at=ground.at)[0]) for node in Node.objects.all()]
    if not nodes:
        yield from (unknown(one, "no worker has registered; commands need none") for one in ALL)
        return
    states = Counter(state for _, state in nodes)
    alive = [node for node, state in nodes if state not in ABSENT]
    yield known(ALIVE, len(alive))
    served = {queue for node in alive if not node.draining for queue in node.queues}
    unserved = [queue for queue in ground.concerns if queue not in served]
    yield known(UNSERVED, len(unserved), note=", ".join(unserved))
    lost = [n.name for n, state in nodes if state == "lost" and ground.at - n.heartbeat_at < HOUR]
    yield known(LOST, len(lost), note=", ".join(lost[:3]))
    yield known(EJECTED, states["ejected"])
    yield known(DRAINING, states["draining"])
    ages = [(ground.at - node.heartbeat_at).total_seconds() for node in alive]
    yield known(SILENT, max(*ages, 0.0)) if ages else unknown(SILENT, "no node lives")
    yield known(HELD, sum(node.outstanding for node in alive))


def read_rescued(ground: Ground) -> Iterator[Measure]:
    """From what the reconciler notes."""
    yield known(RESCUED, sum(int(str(row["pieces"])) for row in rescued(at=ground.at)))


PROBES = (Probe("workers", ALL, read), Probe("workers", (RESCUED,), read_rescued, every=60))
