"""Work lies somewhere, moves when it must, and every move says why."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heliograph.fleet import nodes
from heliograph.fleet.models import Node, Place, PlacementDecision
from heliograph.fleet.placement.place import place
from heliograph.fleet.placement.strategies import STRATEGIES

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEYS = [f"shard:{number}" for number in range(40)]

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(db):
    for number in range(1, 5):
        enter(f"node-{number}")


def enter(name, *, at=NOON, queues=("generate",), capacity=1):
    return nodes.register(name, queues=queues, capacity=capacity, at=at)


def beat(*names, at):
    for name in names:
        nodes.beat(name, outstanding=0, at=at)


def lay(keys=KEYS, *, at=NOON, strategy="rendezvous"):
    return place(keys, concern="generate", strategy=strategy, at=at)


def moved(before, after):
    return {key for key in before if before[key] != after[key]}


def reasons(*, at):
    return Counter(PlacementDecision.objects.filter(at=at).values_list("reason", flat=True))


def test_keys_without_a_node_get_none_and_nothing_is_written():
    assert lay(KEYS[:2]) == {"shard:0": None, "shard:1": None}
    enter("node-1", queues=("notices",))
    assert lay(KEYS[:1]) == {"shard:0": None}
    assert (Place.objects.count(), PlacementDecision.objects.count()) == (0, 0)


def test_what_lies_well_stays_and_looking_at_it_writes_nothing(four):
    before = lay()
    assert max(Counter(before.values()).values()) <= 11

    with CaptureQueriesContext(connection) as asked:
        assert lay(at=NOON + SECOND) == before
        assert lay(KEYS[:3], at=NOON + SECOND) == {key: before[key] for key in KEYS[:3]}
    assert [query["sql"].split()[0] for query in asked] == ["SELECT"] * 4
    assert PlacementDecision.objects.count() == len(KEYS)


def test_a_lost_node_loses_its_keys_and_no_other_moves(four):
    before, later = lay(), NOON + 12 * SECOND
    beat("node-1", "node-3", "node-4", at=later)

    after = lay(at=later)

    assert moved(before, after) == {key for key, node in before.items() if node == "node-2"}
    assert all("node-2 is lost: its last heartbeat is 12 s old; " in reason for reason in reasons(at=later))
    decision = PlacementDecision.objects.filter(at=later).first()
    assert (decision.from_node, decision.to_node) == ("node-2", after[decision.key])


def test_keys_that_nobody_asks_for_now_leave_a_lost_node_as_well(four):
    before, later = lay(), NOON + 12 * SECOND
    beat("node-1", "node-3", "node-4", at=later)

    lay(KEYS[:1], at=later)

    assert not Place.objects.filter(node__name="node-2").exists()
    assert PlacementDecision.objects.filter(at=later).count() == Counter(before.values())["node-2"]


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: nodes.drain("node-2", reason="new disk"), "node-2 is draining: new disk; "),
        (lambda: nodes.leave("node-2"), "node-2 left; "),
        (
            lambda: Node.objects.filter(name="node-2").update(
                ejected_until=NOON + 30 * SECOND, ejection_reason="slow: 90 ms against 10 ms"
            ),
            "node-2 is ejected until 12:00:30 UTC: slow: 90 ms against 10 ms; ",
        ),
        (
            lambda: Node.objects.filter(name="node-2").update(queues=["notices"]),
            "node-2 does not take generate; ",
        ),
    ],
)
def test_a_node_that_takes_no_more_work_loses_its_keys(four, act, says):
    before = lay()
    act()
    after = lay(at=NOON + SECOND)

    assert moved(before, after) == {key for key, node in before.items() if node == "node-2"}
    assert all(reason.startswith(says) for reason in reasons(at=NOON + SECOND))


def test_a_node_that_joins_gets_only_what_the_others_may_no_longer_hold(four):
    before = lay()
    enter("node-5", at=NOON)
    after = lay(at=NOON + SECOND)

    # Nine of forty for each of five, and a tenth more.
    shed = sum(max(count - 9, 0) for count in Counter(before.values()).values())
    assert len(moved(before, after)) == shed
    assert max(Counter(after.values()).values()) == 9
    assert all("holds more than 9, the most that it may; " in reason for reason in reasons(at=NOON + SECOND))


def test_shares_follow_the_capacity(db):
    enter("small")
    enter("large", capacity=3)
    held = Counter(lay().values())
    assert (held["small"] <= 11, held["large"] <= 33) == (True, True)


def test_when_all_are_ejected_they_are_used_all_the_same(four):
    Node.objects.update(ejected_until=NOON + 30 * SECOND)
    assert set(lay().values()) == {"node-1", "node-2", "node-3", "node-4"}


def test_draining_all_leaves_the_shared_queue(four):
    lay()
    for number in range(1, 5):
        nodes.drain(f"node-{number}", reason="moving house")
    assert set(lay().values()) == {None}


@pytest.mark.parametrize("strategy", [name for name, one in STRATEGIES.items() if not one.sticky])
def test_other_strategies_choose_anew_and_count_what_they_gave(four, strategy):
    lay(strategy=strategy)
    lay(at=NOON + SECOND, strategy=strategy)

    assert sum(Node.objects.values_list("outstanding", flat=True)) == 80
    # Nobody has told a latency, and all weigh the same: every strategy comes out nearly level.
    assert all(15 <= node.outstanding <= 25 for node in Node.objects.all())
    assert {row.strategy for row in Place.objects.all()} == {strategy}


def test_round_robin_goes_on_where_it_was(four):
    given = [lay(KEYS[at : at + 1], at=NOON, strategy="round_robin")[KEYS[at]] for at in range(6)]
    assert given == ["node-1", "node-2", "node-3", "node-4", "node-1", "node-2"]


def test_changing_the_strategy_leaves_keys_where_they_lie_if_they_may(four):
    before = lay(strategy="round_robin")
    assert lay(at=NOON + SECOND) == before


def test_what_nobody_asks_for_is_forgotten_after_two_days(four):
    lay()
    later = NOON + timedelta(days=2, hours=1)
    beat("node-1", "node-2", "node-3", "node-4", at=later)
    lay(KEYS[:10], at=later)

    assert set(Place.objects.values_list("key", flat=True)) == set(KEYS[:10])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("strategy", ["rendezvous", "round_robin"])
def test_two_that_place_at_once_take_turns(strategy):
    for number in range(1, 5):
        enter(f"node-{number}")

    def once(_):
        try:
            return lay(strategy=strategy)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(once, range(8)))

    if strategy == "rendezvous":
        assert all(answer == answers[0] for answer in answers)
        assert PlacementDecision.objects.count() == len(KEYS)
    else:
        assert sum(Node.objects.values_list("outstanding", flat=True)) == 8 * len(KEYS)
        assert {node.outstanding for node in Node.objects.all()} == {80}
