"""A worker goes on telling that it lives, whatever happens to the database and the broker."""

import socket
from types import SimpleNamespace

import pytest
import redis
from django.db import connections

from heliograph.fleet.models import Node
from heliograph.fleet.vouch import HERE
from heliograph.kit.wait import wait_until
from heliograph.monitor.models import Machine
from heliograph.workers.app import app
from heliograph.workers.heartbeat import PULSE, Heartbeat
from heliograph.workers.queues import queue_of

pytestmark = pytest.mark.django_db(transaction=True)


def beating(*queues):
    """The heartbeat of a worker that reads these queues."""
    consumer = SimpleNamespace(
        task_consumer=SimpleNamespace(queues=[SimpleNamespace(name=name) for name in queues]),
        pool=SimpleNamespace(num_processes=1),
    )
    return Heartbeat(consumer)


def outstanding():
    return Node.objects.values_list("outstanding", flat=True).get(name="worker@here")


def test_what_waits_in_a_nodes_own_queue_counts_as_its_work(servers, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_url", servers["redis_url"])
    HERE.stand_as_node("worker@here")
    own = queue_of("worker@here")
    heartbeat = beating("generate", own)
    with redis.Redis.from_url(servers["redis_url"]) as broker:
        broker.delete("generate", own)
        broker.rpush(own, "a", "b", "c")
        broker.rpush("generate", "of all")
        heartbeat.start()
        try:
            assert wait_until(lambda: Node.objects.filter(outstanding=3).exists(), seconds=60)
            broker.delete(own)
            assert wait_until(lambda: outstanding() == 0, seconds=60)
        finally:
            heartbeat.end()
            broker.delete("generate", own)


def test_a_broker_that_is_gone_or_silent_ends_no_heartbeat(monkeypatch):
    HERE.stand_as_node("worker@here")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        heartbeat = beating("generate", queue_of("worker@here"))
        heartbeat.start()
        try:
            assert wait_until(lambda: Node.objects.filter(name="worker@here").exists(), seconds=60)
            first = Node.objects.get().heartbeat_at
            assert wait_until(lambda: Node.objects.get().heartbeat_at > first, seconds=60)
            silent.close()
            second = Node.objects.get().heartbeat_at
            assert wait_until(lambda: Node.objects.get().heartbeat_at > second, seconds=60)
        finally:
            heartbeat.end()


def test_a_database_that_does_not_answer_ends_no_heartbeat_and_stops_no_pulse(monkeypatch, tmp_path):
    monkeypatch.setenv(PULSE, str(tmp_path / "pulse"))
    HERE.stand_as_node("worker@here")
    heartbeat = beating("generate")
    with monkeypatch.context() as patch:
        patch.setitem(connections["default"].settings_dict, "HOST", "/no/server/here")
        heartbeat.start()
        assert wait_until((tmp_path / "pulse").exists, seconds=60)
        (tmp_path / "pulse").unlink()
        assert wait_until((tmp_path / "pulse").exists, seconds=60)
    assert wait_until(lambda: Node.objects.filter(name="worker@here").exists(), seconds=60)
    heartbeat.end()


def test_it_tells_of_its_machine():
    HERE.stand_as_node("worker@here")
    heartbeat = beating("generate", queue_of("worker@here"))
    heartbeat.start()
    try:
        assert wait_until(lambda: Machine.objects.exists(), seconds=60)
    finally:
        heartbeat.end()
    (machine,) = Machine.objects.all()
    assert machine.host == socket.gethostname()
    assert 0 < machine.numbers["disk_free_ratio"] <= 1
    assert machine.numbers["clock_skew_seconds"] < 1
