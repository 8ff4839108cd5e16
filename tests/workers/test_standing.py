"""Standing work is done by one at a time, and a ring that comes meanwhile is not lost."""

from contextlib import suppress

import pytest
import redis
from django.db import OperationalError, connection
from kombu import pools

from heliograph.fleet.models import Work
from heliograph.signals.models import Rollout
from heliograph.signals.rollouts import Limits
from heliograph.workers.app import app
from heliograph.workers.long import run_waiting
from heliograph.workers.settling import settle_what_waits
from heliograph.workers.standing import stand
from tests.signals.test_compare import after, roll_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(servers):
    """The queues, empty; connections to another broker go before and after."""
    before = app.conf.broker_url
    forget_connections()
    app.conf.broker_url = f"redis+socket://{servers['redis_url'].removeprefix('unix://')}?virtual_host=1"
    with redis.Redis.from_url(f"{servers['redis_url']}?db=1") as client:
        client.flushdb()
        yield client
        client.flushdb()
    forget_connections()
    app.conf.broker_url = before


def forget_connections():
    """A pool that was closed stays closed: the next broker needs another."""
    pools.reset()
    app._pool = app.amqp._producer_pool = None


def test_a_ring_that_comes_while_one_is_at_it_is_heeded_afterwards(broker):
    looks = []

    def look(at):
        looks.append("first")
        for _ in range(3):
            stand("settle_due", lambda _: looks.append("second"))

    stand("settle_due", look)

    assert (looks, broker.llen("settle"), Work.objects.count()) == (["first"], 1, 0)
    stand("settle_due", lambda _: looks.append("third"))
    assert (looks, broker.llen("settle")) == (["first", "third"], 1)


def test_without_a_ring_meanwhile_nothing_is_rung(broker):
    stand("settle_due", lambda _: None)
    assert broker.llen("settle") == 0


def test_what_fails_is_not_rung_at_once(broker):
    def fail(_):
        stand("settle_due", lambda _: None)
        raise ValueError("broken")

    stand("settle_due", fail)

    assert (broker.llen("settle"), Work.objects.get().error) == (0, "ValueError: broken")


def lose_connection(*_):
    with connection.cursor() as rows:
        rows.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_lost_connection_leaves_no_work_behind_that_nobody_is_at(broker):
    stand("settle_due", lose_connection)
    assert [(row.kind, row.state) for row in Work.objects.all()] == [("settle_due", "failed")]


def test_long_work_may_begin_again_after_a_lost_connection(broker):
    def lose_it():
        with suppress(OperationalError):
            lose_connection()
        return False

    with suppress(OperationalError):
        run_waiting(stop=lose_it)

    connection.close()
    assert Work.objects.count() == 0


def test_a_broker_that_went_away_is_no_failure_after_which_work_rests(broker):
    def ring_nobody(_):
        raise redis.ConnectionError("gone")

    for _ in range(4):
        stand("reconcile", ring_nobody)

    assert [(row.state, row.tries) for row in Work.objects.all()] == [("failed", 0)]
    stand("reconcile", lambda _: None)
    assert Work.objects.count() == 0


def test_a_version_that_breaks_its_gates_is_rolled_back_while_workers_stand_by(broker):
    roll_out(Limits(min_candidates=10, max_rejected_pct=1.0))

    settle_what_waits(at=after(500))

    assert (Rollout.objects.get().state, broker.llen("generate")) == ("rolled_back", 1)
