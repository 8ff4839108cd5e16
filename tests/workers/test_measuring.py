"""A look stands on the broker, the timetable and the ledger as they are."""

from datetime import timedelta

import pytest

from heliograph.fleet.models import Work
from heliograph.fleet.nodes import register
from heliograph.kit.clock import utc_now
from heliograph.monitor.kept import AGES
from heliograph.monitor.models import Sample
from heliograph.monitor.queries import newest_looks
from heliograph.workers import doorbell
from heliograph.workers.measuring import NoBroker, ground
from heliograph.workers.queues import QUEUES, TASKS, queue_of
from heliograph.workers.tasks import measure

pytestmark = pytest.mark.django_db(transaction=True)


def kept():
    """The newest values by name, and by the first label where there is one."""
    rows = newest_looks(AGES, at=utc_now() + timedelta(seconds=5))
    return {(one.name, *one.labels.values()): one.value for one in rows}


@pytest.fixture
def named(settings, servers, broker):
    """A process that knows its Redis."""
    settings.REDIS_URL = servers["redis_url"]


def test_the_task_keeps_a_look_with_the_messages_of_each_concern(broker, named):
    register("here", queues=["generate"], capacity=1, at=utc_now())
    for queue, messages in (("notices", 3), ("generate", 1), (queue_of("here"), 4)):
        broker.rpush(queue, *["{}"] * messages)

    measure()

    found = kept()
    assert {queue: found["queues_depth", queue] for queue in ("notices", "generate", "settle")} == {
        "notices": 3,
        "generate": 5,
        "settle": 0,
    }
    assert (found["redis_up",], found["database_up",], found["workers_alive",]) == (1, 1, 1)
    assert found["workers_unserved_queues",] == len(QUEUES) - 1
    # Standing work that went well leaves no row.
    assert (Sample.objects.count(), Work.objects.count()) == (1, 0)


def test_the_ground_knows_the_timetable_and_which_shards_were_looked_at(broker, named):
    at = utc_now()
    here = ground(at=at)
    lines = here.timetable()
    assert {name.split()[0] for name in lines} <= set(TASKS)
    assert lines["measure every 15 s"](at) - at <= timedelta(seconds=15)
    doorbell.note_looked(["shard:7"], at=at)
    assert set(here.looked([7, 8])) == {7}
    assert abs(here.looked([7, 8])[7] - at) < timedelta(seconds=1)


def test_without_a_broker_depths_are_unknown(settings):
    settings.REDIS_URL = settings.HELIOGRAPH_BROKER_URL = None
    measure_depths = ground(at=utc_now()).depths
    with pytest.raises(NoBroker, match="No broker is named"):
        measure_depths()
