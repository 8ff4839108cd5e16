"""A node that is worse than its peers goes for a while; where all are bad, none goes."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.fleet import nodes
from heliograph.fleet.ejection import eject_slow, is_ejected
from heliograph.fleet.models import Node
from heliograph.fleet.placement.place import place

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def fleet(*means, samples=20, at=NOON):
    for number, mean in enumerate(means, 1):
        nodes.register(f"node-{number}", queues=["generate"], capacity=1, at=at)
        Node.objects.filter(name=f"node-{number}").update(mean_ms=mean, samples=samples)


def beat(at):
    for node in Node.objects.all():
        nodes.beat(node.name, outstanding=0, at=at)


def out(at):
    return [node.name for node in eject_slow(at=at) if is_ejected(node, at=at)]


def test_a_node_three_times_slower_than_its_peers_is_ejected_and_says_why():
    fleet(100, 100, 320, 110)
    assert out(NOON) == ["node-3"]

    node = Node.objects.get(name="node-3")
    assert node.ejection_reason == "slow: 320 ms against a median of 100 ms of 3 others"
    assert (node.ejected_until, node.ejections) == (NOON + 30 * SECOND, 1)


@pytest.mark.parametrize(
    ("means", "samples"),
    [
        ((100, 100, 290, 110), 20),
        ((100, 100, 320), 20),
        ((100, 100, 320, 110), 9),
        ((3, 3, 15, 3), 20),
        ((900, 1000, 1100, 1200), 20),
        ((None, None, 320, None), 20),
    ],
    ids=["not slow enough", "two peers", "few samples", "nobody waits", "all slow", "peers unknown"],
)
def test_without_a_clear_case_nobody_goes(means, samples):
    fleet(*means, samples=samples)
    assert out(NOON) == []


def test_no_more_than_a_third_go_and_the_worst_first():
    fleet(100, 100, 100, 100, 400, 900, 500)
    assert out(NOON) == ["node-6", "node-7"]


def test_a_node_that_fails_alone_is_ejected_and_where_many_fail_none_is():
    fleet(100, 100, 100, 100)
    Node.objects.filter(name="node-2").update(failures=5)
    assert out(NOON) == ["node-2"]
    assert Node.objects.get(name="node-2").ejection_reason == "failing: 5 pieces of work in a row"

    Node.objects.update(failures=6, ejected_until=None)
    assert out(NOON) == []


def test_it_comes_back_on_probation_with_half_its_weight_and_goes_for_longer_if_no_better():
    fleet(100, 100, 320, 110)
    out(NOON)
    later = NOON + 31 * SECOND
    beat(later)
    assert out(later) == []
    node = Node.objects.get(name="node-3")
    assert (node.samples, node.mean_ms, node.probation_until) == (0, None, later + 30 * SECOND)
    lay = place([f"shard:{at}" for at in range(70)], concern="generate", strategy="rendezvous", at=later)
    # A half of three and a half shares, and a tenth more.
    assert list(lay.values()).count("node-3") <= 11

    for _ in range(3):
        nodes.note_done("node-3", ms=400, at=later)
    assert out(later) == ["node-3"]
    assert Node.objects.get(name="node-3").ejected_until == later + 60 * SECOND


def test_a_node_that_passes_its_probation_is_as_any_other():
    fleet(100, 100, 320, 110)
    for seconds in (0, 31, 62):
        beat(NOON + seconds * SECOND)
        out(NOON + seconds * SECOND)

    node = Node.objects.get(name="node-3")
    assert (node.ejections, node.ejection_reason, node.probation_until) == (0, "", None)


def test_it_never_stays_out_longer_than_ten_minutes():
    fleet(100, 100, 320, 110)
    Node.objects.update(ejections=40)
    out(NOON)
    assert Node.objects.get(name="node-3").ejected_until == NOON + timedelta(minutes=10)


def test_placing_work_ejects():
    fleet(100, 100, 320, 110)
    lay = place([f"shard:{at}" for at in range(30)], concern="generate", strategy="rendezvous", at=NOON)
    assert "node-3" not in lay.values()
