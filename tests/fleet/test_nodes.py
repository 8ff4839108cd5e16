"""Nodes are rows: they come, beat, drain and go, and whoever asks sees who is there."""

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from heliograph.fleet import nodes
from heliograph.fleet.errors import UnknownNode
from heliograph.fleet.models import Node

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def enter(name="node-1", *, at=NOON, queues=("generate", "settle"), capacity=2):
    return nodes.register(name, queues=queues, capacity=capacity, at=at)


def names(*, at):
    return [node.name for node in nodes.alive(at=at)]


def test_a_node_is_lost_ten_seconds_after_its_last_heartbeat():
    enter()
    nodes.beat("node-1", outstanding=3, at=NOON + 2 * SECOND, cpu_pct=40.0, rss_bytes=1_000)

    assert names(at=NOON + 11.9 * SECOND) == ["node-1"]
    assert names(at=NOON + 12 * SECOND) == []
    node = Node.objects.get()
    assert (node.queues, node.capacity, node.outstanding) == (["generate", "settle"], 2, 3)
    assert (node.cpu_pct, node.rss_bytes, node.latency_ms) == (40.0, 1_000, None)


def test_a_beat_that_comes_late_does_not_turn_the_clock_back():
    enter()
    nodes.beat("node-1", outstanding=0, at=NOON + 6 * SECOND)
    nodes.beat("node-1", outstanding=0, at=NOON + 4 * SECOND)

    assert Node.objects.get().heartbeat_at == NOON + 6 * SECOND


def test_a_node_that_says_goodbye_is_gone_at_once_and_can_come_back():
    enter()
    nodes.leave("node-1")
    assert names(at=NOON) == []

    enter(at=NOON + SECOND)
    assert names(at=NOON + SECOND) == ["node-1"]


def test_a_node_that_starts_again_is_fresh_but_still_drains():
    enter()
    nodes.note_done("node-1", ms=50, at=NOON)
    nodes.drain("node-1", reason="new disk")
    Node.objects.update(ejected_until=NOON, ejections=2, ejection_reason="slow")

    node = enter(at=NOON + SECOND, capacity=4)

    assert (node.draining, node.reason, node.capacity) == (True, "new disk", 4)
    assert (node.latency_ms, node.mean_ms, node.samples, node.ejected_until) == (None, None, 0, None)
    assert (node.ejections, node.started_at) == (2, NOON + SECOND)


def test_draining_is_of_a_known_node():
    enter()
    nodes.drain("node-1", reason="new disk")
    nodes.undrain("node-1")
    assert Node.objects.get().draining is False

    with pytest.raises(UnknownNode, match=r"There is no node 'nod-1'; registered are node-1\."):
        nodes.drain("nod-1", reason="")


def test_a_beat_of_a_forgotten_node_says_so():
    enter()
    assert nodes.forget_lost(at=NOON + timedelta(days=2)) == 1
    assert nodes.beat("node-1", outstanding=0, at=NOON) is False


def test_latency_jumps_to_a_peak_and_decays_with_time_as_finagles_does():
    """Finagle: cost = rtt if rtt > cost, else cost * w + rtt * (1 - w), with w = exp(-elapsed / tau)."""
    enter()
    for ms, after in ((100, 0), (400, 1), (100, 6)):
        nodes.note_done("node-1", ms=ms, at=NOON + after * SECOND)

    w = math.exp(-5 / nodes.PEAK_DECAY_SECONDS)
    node = Node.objects.get()
    assert node.latency_ms == pytest.approx(400 * w + 100 * (1 - w))
    assert (node.samples, node.mean_ms) == (3, pytest.approx(200))


def test_the_plain_mean_follows_the_newest_work():
    enter()
    for _ in range(5):
        nodes.note_done("node-1", ms=100, at=NOON)
    nodes.note_done("node-1", ms=200, at=NOON)

    assert Node.objects.get().mean_ms == pytest.approx(120)


def test_failures_count_until_something_succeeds():
    enter()
    nodes.note_failed("node-1")
    nodes.note_failed("node-1")
    assert Node.objects.get().failures == 2

    nodes.note_done("node-1", ms=5, at=NOON)
    assert Node.objects.get().failures == 0


@pytest.mark.django_db(transaction=True)
def test_many_at_once_lose_no_piece_of_work():
    enter()

    def work(number):
        nodes.beat("node-1", outstanding=number, at=NOON)
        nodes.note_done("node-1", ms=100, at=NOON)
        enter(f"node-{number % 2 + 2}")
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(40)))

    assert Node.objects.get(name="node-1").samples == 40
    assert names(at=NOON) == ["node-1", "node-2", "node-3"]
