"""What bars will need is brought into memory before they close, where it will be needed."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.fleet.nodes import register
from heliograph.market.models import Venue
from heliograph.signals.generate import generate
from heliograph.signals.models import Progress
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy
from heliograph.workers.tasks import warm_shards
from heliograph.workers.warm_ahead import send_warming, warm
from tests.signals.world import BUSY, NOW, feed, make_venue, walk
from tests.workers.queued import tasks

pytestmark = pytest.mark.django_db(transaction=True)
TASKS = {"warm_shards": warm_shards}
# The bars of an hour are about to close.
BEFORE = datetime(2026, 1, 2, 9, 59, 50, tzinfo=UTC)


@pytest.fixture
def shards(broker):
    """Two strategies on an exchange that have seen all bars; the ids of their shards, nothing in memory."""
    batch, instruments = make_venue("binance", Venue.Kind.EXCHANGE, symbols=("A/USDT", "B/USDT"))
    feed(batch, instruments, walk(1, 60, instruments=2))
    for name in ("Busy", "Busier"):
        add_strategy(text=BUSY.replace('"Busy"', f'"{name}"'), stage="live", at=NOW)
    generate(at=NOW)
    MEMORY.clear()
    return list(Progress.objects.order_by("pk").values_list("pk", flat=True))


def test_the_node_that_will_advance_them_is_told_before_the_close(shards, broker):
    register("one@here", queues=["generate"], capacity=1, at=BEFORE)

    assert send_warming(at=BEFORE) == 2
    assert tasks(broker, "generate.one@here") == [("warm_shards", [shards])]


def test_nobody_is_told_in_the_middle_of_a_bar_or_where_nobody_works(shards, broker):
    assert send_warming(at=BEFORE) == 0
    register("one@here", queues=["generate"], capacity=1, at=BEFORE)

    assert send_warming(at=BEFORE - timedelta(minutes=20)) == 0
    assert broker.keys("generate*") == []


def test_where_work_is_placed_anew_each_time_nobody_is_told(shards, broker, settings):
    settings.HELIOGRAPH_PLACEMENT = "round_robin"
    register("one@here", queues=["generate"], capacity=1, at=BEFORE)

    assert send_warming(at=BEFORE) == 0


def test_a_node_that_was_told_holds_what_it_will_advance(shards, broker):
    register("one@here", queues=["generate"], capacity=1, at=BEFORE)

    send_warming(at=BEFORE)
    [(task, arguments)] = [(TASKS[name], ids) for name, ids in tasks(broker, "generate.one@here")]
    task(*arguments)

    assert all(MEMORY.holds(row.pk, epoch=row.epoch) for row in Progress.objects.all())
    assert warm(shards) == 0
