"""Single flight: of many processes that ask one cold key, one computes it."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from heliograph.kit.cache import Limits, cached
from heliograph.kit.wait import wait_until

HOLDER = """
import os, sys, threading
from heliograph.kit.cache import Cache, Limits, cached

@cached(key="held:{name}", ttl=60)
def compute(name: str) -> str:
    print("computing", flush=True)
    threading.Event().wait(float(sys.argv[1]))
    return "of the holder"

urls = (os.environ[name] or None for name in ("REDIS_URL", "DATABASE_URL"))
cache = Cache(None, *urls, namespace=sys.argv[2], limits=Limits(lease=2.0))
print(compute.of(cache)("one"), flush=True)
"""


@cached(key="held:{name}", ttl=60)
def compute(name: str) -> str:
    return "of the one who waited"


def herd(count, tmp_path, *, redis_url, database_url):
    """What the processes got, and how often it was computed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.kit.cache.herd", str(count), str(tmp_path / "calls")],
        env={**os.environ, "REDIS_URL": redis_url, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stderr == ""
    return done.stdout.split(), (tmp_path / "calls").read_text().split()


def test_two_hundred_processes_compute_a_cold_key_once(valkey, database_url, make_cache, tmp_path):
    got, calls = herd(200, tmp_path, redis_url=valkey.url, database_url=database_url)
    assert (len(calls), got) == (1, calls * 200)


def test_without_redis_a_lock_of_the_database_does_it(database_url, make_cache, tmp_path):
    got, calls = herd(20, tmp_path, redis_url="unix:///not/there", database_url=database_url)
    assert (len(calls), got) == (1, calls * 20)


@pytest.mark.parametrize("level", ["redis", "table"])
def test_those_who_wait_are_let_through_when_the_holder_is_ready_or_dies(
    make_cache, servers, database_url, level
):
    urls = {"redis_url": servers["redis_url"] if level == "redis" else None, "table_url": database_url}
    one = make_cache(**urls, limits=Limits(lease=2.0))
    environment = {**os.environ, "REDIS_URL": urls["redis_url"] or "", "DATABASE_URL": database_url}

    def holder(seconds):
        command = [sys.executable, "-c", HOLDER, seconds, one._asked[4]]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "computing\n"
        return process

    # Longer than the lease, which is renewed.
    with holder("3.5"):
        assert compute.of(one)("one") == "of the holder"
    one.forget("held:one")
    got = []
    with holder("600") as process:
        waiting = threading.Thread(target=lambda: got.append(compute.of(one)("one")))
        waiting.start()
        assert not wait_until(lambda: got, seconds=0.2)
        os.kill(process.pid, signal.SIGKILL)
        waiting.join(60)
    assert got == ["of the one who waited"]
