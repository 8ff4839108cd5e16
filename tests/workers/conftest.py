"""What tests of workers share: a broker of their own, and what they must not leave behind."""

import pytest
import redis
from kombu import pools

from heliograph.fleet.vouch import HERE
from heliograph.workers.app import app


@pytest.fixture(autouse=True)
def vouch_no_longer():
    """A session that holds a lock would keep the database of the tests from being dropped."""
    yield
    HERE.end()


@pytest.fixture(scope="module")
def broker_url(servers):
    """The broker of this file's tests; the pool of connections goes with it."""
    before = app.conf.broker_url
    app.conf.broker_url = f"redis+socket://{servers['redis_url'].removeprefix('unix://')}?virtual_host=1"
    yield f"{servers['redis_url']}?db=1"
    app.pool.force_close_all()
    # Neither Kombu nor Celery opens a closed pool again.
    pools.reset()
    app._pool = app.amqp._producer_pool = None
    app.conf.broker_url = before


@pytest.fixture
def broker(broker_url):
    """The queues, empty."""
    with redis.Redis.from_url(broker_url) as client:
        client.flushdb()
        yield client
        client.flushdb()
