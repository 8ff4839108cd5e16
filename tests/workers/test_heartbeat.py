"""A worker goes on telling that it lives, whatever happens to the database and the broker."""

from types import SimpleNamespace

import pytest
from django.db import connections

from heliograph.fleet.models import Node
from heliograph.fleet.vouch import HERE
from heliograph.kit.wait import wait_until
from heliograph.workers.heartbeat import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_database_that_does_not_answer_ends_no_heartbeat(monkeypatch):
    HERE.stand_as_node("worker@here")
    queues = [SimpleNamespace(name="generate")]
    consumer = SimpleNamespace(
        task_consumer=SimpleNamespace(queues=queues), pool=SimpleNamespace(num_processes=1)
    )
    heartbeat = Heartbeat(consumer)
    with monkeypatch.context() as patch:
        patch.setitem(connections["default"].settings_dict, "HOST", "/no/server/here")
        heartbeat.start()
        heartbeat.join(0.5)
    assert wait_until(lambda: Node.objects.filter(name="worker@here").exists(), seconds=10)
    heartbeat.end()
