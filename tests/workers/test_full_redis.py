"""A worker outlives a Redis that refuses what it writes, and goes on by itself when there is room again."""

import os
import signal
from contextlib import contextmanager

import pytest
import redis
from celery import Celery

from heliograph.kit.embedded import Home
from heliograph.kit.embedded.servers import Ground, Valkey, start_server
from heliograph.kit.tied import start_tied
from heliograph.kit.wait import wait_until
from heliograph.workers import doorbell
from heliograph.workers.app import app as celery_app
from heliograph.workers.programs import worker
from tests.workers.running import home_folder

QUEUE, TASK = "research", "heliograph.workers.tasks.run_jobs"


@pytest.fixture
def home():
    with home_folder() as made:
        yield made


@contextmanager
def valkey(home):
    """A server of its own, as it is filled: its URL."""
    ground = Ground.of(Home.open(home))
    with open(home / "valkey.log", "ab") as log:
        server = Valkey(ground)
        process = start_server(server, log=log)
        try:
            yield ground.redis_url
        finally:
            server.stop(process)


@contextmanager
def working(home, redis_url):
    """A worker whose database does not answer either: what it is sent fails, which is of no account here."""
    env = {
        **os.environ,
        "DATABASE_URL": "postgres://heliograph@/heliograph?host=/nowhere",
        "REDIS_URL": redis_url,
        "HELIOGRAPH_SECRET_KEY": "only for tests",
        "HELIOGRAPH_HOME": str(home),
    }
    with open(home / "worker.log", "ab") as log:
        process = start_tied(worker("worker", (QUEUE,)).command, log=log, env=env)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_that_it_refuses_writes_is_told_from_a_worker_that_stands_still(home, monkeypatch):
    with valkey(home) as url, redis.Redis.from_url(url) as broker:
        monkeypatch.setattr(celery_app.conf, "broker_url", url)
        told = [doorbell.takes_writes()]
        broker.config_set("maxmemory", 1)
        told.append(doorbell.takes_writes())
        broker.config_set("maxmemory", 0)
        assert [*told, doorbell.takes_writes()] == [True, False, True]


def test_a_worker_outlives_a_redis_that_refuses_writes_and_goes_on_when_it_has_room(home):
    def said(word):
        return (home / "worker.log").read_text().count(word)

    with (
        valkey(home) as url,
        working(home, url) as process,
        redis.Redis.from_url(f"{url}?db=1") as broker,
        Celery(broker=f"redis+socket://{url.removeprefix('unix://')}?virtual_host=1") as app,
    ):

        def taken():
            return not broker.llen(QUEUE) and not broker.hlen("unacked")

        assert wait_until(lambda: said(" ready."), seconds=60)
        # The message comes to it while there is room, and it can note nowhere that it has it.
        process.send_signal(signal.SIGSTOP)
        app.send_task(TASK, queue=QUEUE)
        broker.config_set("maxmemory", 1)
        process.send_signal(signal.SIGCONT)
        assert wait_until(lambda: said("memory > 'maxmemory'"), seconds=60)
        assert not wait_until(lambda: process.poll() is not None, seconds=3)

        broker.config_set("maxmemory", 0)
        tries = said("raised unexpected")
        app.send_task(TASK, queue=QUEUE)
        assert wait_until(lambda: taken() and said("raised unexpected") > tries, seconds=60)
        assert process.poll() is None
