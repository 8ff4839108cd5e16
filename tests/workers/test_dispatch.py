"""Due shards become messages: together where they look at the same bars, placed on nodes, and sent once."""

from datetime import timedelta

import pytest

from heliograph.fleet.models import Rescue, Work
from heliograph.fleet.nodes import drain, register
from heliograph.fleet.work import begin, succeed
from heliograph.signals.models import Evaluation, Progress
from heliograph.signals.strategies import add_strategy
from heliograph.workers import doorbell
from heliograph.workers.dispatch import ring_due
from heliograph.workers.reconcile import reconcile
from heliograph.workers.shards import shard_key, work_on_shards
from tests.signals.world import BUSY, NOW, feed, make_venue, walk
from tests.workers.queued import messages

LATER = NOW + timedelta(seconds=60)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market(broker):
    """Two strategies over two instruments with bars that nobody has looked at; the ids of their shards."""
    batch, instruments = make_venue(symbols=("A/USDT", "B/USDT"))
    feed(batch, instruments, walk(1, 60, instruments=2))
    for name in ("Busy", "Busier"):
        add_strategy(text=BUSY.replace('"Busy"', f'"{name}"'), stage="live", at=NOW)
    return batch, instruments


def shards():
    return list(Progress.objects.order_by("pk").values_list("pk", flat=True))


def test_shards_over_the_same_bars_go_together_and_are_not_sent_twice(market, broker):
    assert ring_due(at=NOW) == 2
    assert ring_due(at=NOW) == 0

    assert messages(broker) == [[shards()]]


def test_what_arrived_may_be_sent_again_and_what_is_done_is_not_due(market, broker):
    ring_due(at=NOW)
    work_on_shards(shards())

    assert ring_due(at=NOW) == 0
    assert (Evaluation.objects.count(), Work.objects.count()) == (2, 0)
    batch, instruments = market
    feed(batch, instruments, walk(1, 61, instruments=2))
    assert ring_due(at=NOW) == 2


def test_shards_go_to_the_node_on_which_they_are_placed(market, broker):
    register("one@here", queues=["generate"], capacity=1, at=NOW)

    ring_due(at=NOW)

    assert messages(broker, "generate.one@here") == [[shards()]]


def test_a_shard_that_failed_goes_alone_and_a_parked_one_nowhere(market, broker):
    ring_due(at=NOW)
    first, second = shards()
    broker.flushdb()
    row = Work.objects.create(
        kind="generate", key=shard_key(first), state="failed", tries=1, started_at=NOW, not_before=NOW
    )

    assert ring_due(at=NOW) == 2
    assert messages(broker) == [[[second]], [[first]]]

    broker.flushdb()
    row.state = "parked"
    row.save()
    assert ring_due(at=NOW) == 1
    assert messages(broker) == [[[second]]]


def test_a_shard_that_raises_is_given_up_and_the_other_goes_on(market, broker):
    ring_due(at=NOW)
    first, second = shards()
    Progress.objects.filter(pk=first).update(slots=b"not a slot" * 3)

    work_on_shards([first, second])

    row = Work.objects.get()
    assert (row.key, row.state, row.tries) == (shard_key(first), "failed", 1)
    assert "Traceback" in row.traceback
    assert Evaluation.objects.values_list("progress", flat=True).get() == second


def test_the_reconciler_rings_again_for_a_message_that_was_lost(market, broker):
    ring_due(at=NOW)
    broker.flushdb()

    assert reconcile(at=LATER) == {"generate": 2}
    assert messages(broker) == [[shards()]]
    assert list(Rescue.objects.values_list("concern", "pieces")) == [("generate", 2)]
    # It is under way now.
    assert reconcile(at=LATER) == {}


def test_a_shard_that_waits_for_a_bar_is_not_taken_for_lost(market, broker):
    ring_due(at=NOW)
    keys = [shard_key(one) for one in shards()]
    doorbell.release(keys)
    doorbell.note_looked(keys, at=LATER)

    assert reconcile(at=LATER) == {}


def test_what_was_placed_on_a_node_that_drains_or_is_gone_is_placed_anew(market, broker):
    register("one@here", queues=["generate"], capacity=1, at=NOW)
    ring_due(at=NOW)
    drain("one@here", reason="new disk")

    assert reconcile(at=LATER) == {"generate": 2}

    assert messages(broker, "generate.one@here") == []
    assert [shards()] in messages(broker)


def test_what_comes_while_a_shard_is_worked_on_is_looked_at_afterwards(market, broker):
    ring_due(at=NOW)
    broker.flushdb()
    keys = [shard_key(one) for one in shards()]
    begin("generate", keys, node="here", at=NOW)

    assert ring_due(at=NOW) == 0
    assert doorbell.take_again(keys)

    succeed("generate", keys)
    assert ring_due(at=NOW) == 2
