"""Each pool really acts: on processes, on a systemctl, on a server that listens."""

import json
import os
import signal
import stat
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from heliograph.fleet.nodes import register
from heliograph.kit.clock import utc_now
from heliograph.kit.embedded import Home
from heliograph.kit.env import Environment
from heliograph.kit.errors import BadSetting
from heliograph.kit.wait import wait_until
from heliograph.workers.pools import BadPool, PoolFailed, pool_of
from heliograph.workers.pools.children import ChildrenPool
from heliograph.workers.pools.hook import HookPool
from heliograph.workers.pools.local import LocalPool, forget_wanted, wanted
from heliograph.workers.pools.systemd import SystemdPool
from heliograph.workers.programs import Program, node_name

# Works until it is told to end, and then finishes what it does.
WORKER = """
import pathlib, signal, sys, threading
told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
(folder / f"{name}.ready").touch()
told.wait()
(folder / f"{name}.finished").touch()
"""


@pytest.fixture
def children(tmp_path):
    """A pool of processes that leave a file when they are ready and one when they finish."""
    drained = []
    pool = ChildrenPool(
        lambda number: Program(f"w{number}", (sys.executable, "-c", WORKER, str(tmp_path), f"w{number}")),
        env=dict(os.environ),
        logs=tmp_path,
        drain=drained.append,
    )
    pool.drained, pool.folder = drained, tmp_path
    yield pool
    pool.end(seconds=10)


def ready(pool, *names):
    return wait_until(lambda: all((pool.folder / f"{name}.ready").exists() for name in names), seconds=60)


def test_workers_start_and_those_with_the_highest_numbers_finish_first(children):
    children.resize(3)
    assert ready(children, "w1", "w2", "w3")

    children.resize(1)

    assert (children.size(), children.drained) == (1, ["w2", "w3"])
    words = []
    assert wait_until(lambda: words.extend(children.look()) or not children.ending, seconds=60)
    assert sorted(words) == ["w2 ended in order", "w3 ended in order"]
    assert sorted(path.name for path in children.folder.glob("*.finished")) == ["w2.finished", "w3.finished"]
    assert list(children.children) == ["w1"]


def test_a_worker_that_dies_is_started_again(children):
    children.resize(1)
    assert ready(children, "w1")
    os.kill(children.children["w1"].pid, signal.SIGKILL)

    words = []
    assert wait_until(lambda: words.extend(children.look()) or len(words) == 2, seconds=60)

    assert words == [
        f"w1 was killed by signal 9; it is started again in 1 s, its log is {children.folder}/w1.log",
        "w1 is started again",
    ]


@pytest.mark.django_db
def test_the_local_pool_writes_down_what_the_supervisor_follows(tmp_path):
    home = Home.open(tmp_path)
    pool = LocalPool(home)
    with pytest.raises(PoolFailed, match=f"`heliograph up` does not run in {tmp_path}."):
        pool.resize(3, reason="why")

    with home.lock("up").held():
        (tmp_path / "up.json").write_text(json.dumps({"children": {"web": 1, "worker": 2, "worker-2": 3}}))
        assert (pool.size(), wanted(tmp_path)) == (2, None)
        pool.resize(3, reason="why")
        assert (pool.size(), wanted(tmp_path)) == (3, 3)
        third = register(node_name("worker-3"), queues=["generate"], capacity=1, at=utc_now())
        pool.resize(2, reason="It is calm.")
        third.refresh_from_db()
        assert (third.draining, third.reason) == (True, "Its pool lets it go. It is calm.")
        pool.resize(3, reason="It is busy.")
        third.refresh_from_db()
        assert (third.draining, third.reason) == (False, "")
        forget_wanted(tmp_path)
        assert pool.size() == 2


# A systemd whose units are files.
SYSTEMCTL = """#!{python}
import pathlib, sys
units = pathlib.Path({folder!r})
verb, *words = sys.argv[1:]
with (units.parent / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
named = [word for word in words if not word.startswith("--")]
if (units.parent / "broken").exists():
    sys.exit("Failed to connect to bus")
if verb == "list-units":
    for unit in sorted(units.iterdir()):
        print(unit.name, "loaded active running Heliograph worker")
for name in named if verb != "list-units" else ():
    (units / name).touch() if verb == "start" else (units / name).unlink()
"""


@pytest.fixture
def systemctl(tmp_path, monkeypatch):
    """A `systemctl` first on PATH; returns what it was asked."""
    (tmp_path / "units").mkdir()
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "systemctl"
    program.write_text(SYSTEMCTL.format(python=sys.executable, folder=str(tmp_path / "units")))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@pytest.mark.django_db
def test_units_of_systemd_are_started_and_stopped_by_number(systemctl):
    pool = SystemdPool()
    pool.resize(3, reason="why")
    assert pool.size() == 3
    (systemctl / "units" / "heliograph-worker@2.service").unlink()

    pool.resize(3, reason="why")
    pool.resize(1, reason="why")

    assert pool.size() == 1
    calls = [
        line for line in (systemctl / "calls").read_text().splitlines() if not line.startswith("list-units")
    ]
    unit = "heliograph-worker@{}.service".format
    assert calls == [
        f"start --no-block {unit(1)} {unit(2)} {unit(3)}",
        f"start --no-block {unit(2)}",
        f"stop --no-block {unit(2)} {unit(3)}",
    ]


def test_a_systemd_that_fails_or_is_missing_is_said(systemctl, monkeypatch):
    (systemctl / "broken").touch()
    with pytest.raises(PoolFailed, match=r"systemctl list-units failed: Failed to connect to bus."):
        SystemdPool().size()
    monkeypatch.setenv("PATH", str(systemctl / "nowhere"))
    with pytest.raises(PoolFailed, match="There is no systemctl here"):
        SystemdPool().size()


class Hook(BaseHTTPRequestHandler):
    """Answers with the statuses of its server in turn, and keeps what it was sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, self.headers["Authorization"], json.loads(body)))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.send_response(status)
        if status in {301, 302}:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Tests are quiet."""


@contextmanager
def hook(*statuses):
    """A server on the loopback, and a pool that asks it."""
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.heard, server.statuses = [], list(statuses)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server, f"http://127.0.0.1:{server.server_port}/scale?team=1"
        finally:
            server.shutdown()
            thread.join()


def pool_at(url, **environment):
    values = {
        "HELIOGRAPH_POOL": url,
        "HELIOGRAPH_POOL_TOKEN": "hush",
        "HELIOGRAPH_POOL_PRIVATE": "127.0.0.1",
        **environment,
    }
    pool = pool_of(Environment(values), sized=lambda: 2)
    assert isinstance(pool, HookPool)
    return HookPool(pool.target, pool.token, pool.sized, first_pause_s=0.01)


def test_the_hook_is_told_how_many_and_why():
    with hook() as (server, url):
        pool = pool_at(url)
        pool.resize(5, reason="Up from 2 to 5: it is busy.")

    told = {"pool": "http", "from": 2, "to": 5, "reason": "Up from 2 to 5: it is busy."}
    assert server.heard == [("/scale?team=1", "Bearer hush", told)]
    assert pool.request(5, reason="Up from 2 to 5: it is busy.") == told


def test_a_hook_that_is_busy_is_asked_three_times():
    with hook(503, 429) as (server, url):
        pool_at(url).resize(3, reason="why")
    assert len(server.heard) == 3

    with hook(503, 503, 503) as (server, url), pytest.raises(PoolFailed, match="answered 503"):
        pool_at(url).resize(3, reason="why")
    assert len(server.heard) == 3


def test_a_hook_that_refuses_or_redirects_is_not_asked_again():
    with hook(403) as (server, url), pytest.raises(PoolFailed, match="answered 403 Forbidden"):
        pool_at(url).resize(3, reason="why")
    assert len(server.heard) == 1

    with hook(302) as (server, url), pytest.raises(PoolFailed, match="redirects are not followed"):
        pool_at(url).resize(3, reason="why")
    assert len(server.heard) == 1


def test_a_private_address_is_reached_only_where_it_is_named():
    with pytest.raises(BadPool, match="use https, or name the host with HELIOGRAPH_POOL_PRIVATE"):
        pool_at("http://127.0.0.1:9/scale", HELIOGRAPH_POOL_PRIVATE="")
    with pytest.raises(PoolFailed, match=r"at 127.0.0.1, which is not public; HELIOGRAPH_POOL_PRIVATE"):
        pool_at("https://127.0.0.1:9/scale", HELIOGRAPH_POOL_PRIVATE="").resize(3, reason="why")


def test_a_pool_that_does_not_exist_or_lacks_its_token_is_one_sentence():
    with pytest.raises(BadPool, match="HELIOGRAPH_POOL is 'swarm'; it is none, local, systemd or an address"):
        pool_of(Environment({"HELIOGRAPH_POOL": "swarm"}), sized=lambda: 1)
    with pytest.raises(BadSetting, match="HELIOGRAPH_POOL_TOKEN is not set"):
        pool_of(Environment({"HELIOGRAPH_POOL": "https://example.com/scale"}), sized=lambda: 1)


def test_without_a_pool_nobody_acts(tmp_path):
    pool = pool_of(Environment({}), sized=lambda: 4)

    assert (pool.name, pool.size()) == ("none", 4)
    with pytest.raises(PoolFailed, match=r"No pool is set; HELIOGRAPH_POOL names one."):
        pool.resize(5, reason="why")
    local = pool_of(Environment({"HELIOGRAPH_POOL": "local", "HELIOGRAPH_HOME": str(tmp_path)}), sized=int)
    assert local.describe() == f"worker processes of `heliograph up` in {Path(tmp_path)}"
