"""Four hosts: database and Redis, pages, two workers. Each is cut off from the others, and comes back.

`python -m benchmarks.drills.hosts [SECONDS]`: the hosts are network namespaces on a bridge, the servers
listen on TCP. Bars come all the while. Afterwards rows and notices must be those of an undisturbed run; the
shards of a worker that is cut off are taken over by the other one, and the pages answer again. Notices are
sent, and bars stored, from beside the servers.
"""

import argparse
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from benchmarks.drills.parts.command import Say, run_in_folder
from benchmarks.drills.parts.databases import differences, lost_and_doubled
from benchmarks.drills.parts.hosts import ChildOn, Host, inside, missing, network
from benchmarks.drills.parts.pipeline import SLOW, Ground, Pipeline, feed_at_pace, prepared, seen, undisturbed
from benchmarks.drills.parts.receiver import receiving
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.servers import POSTGRES_SETTINGS, Postgres, Valkey, start_server
from heliograph.kit.embedded.servers import Ground as ServerGround
from heliograph.kit.wait import wait_until
from heliograph.workers.children import Child
from heliograph.workers.programs import MODULE, Program, beat, worker
from heliograph.workers.queues import QUICK

WORKERS = ("one", "two")
HOSTS = ("servers", "pages", *WORKERS)
WEB_PORT = 8420
# What the handbook advises between hosts: who is gone is missed within seconds, at both ends.
BETWEEN_HOSTS = (
    "connect_timeout=3&keepalives_idle=3&keepalives_interval=3&keepalives_count=2&tcp_user_timeout=9000"
)
LISTENING = POSTGRES_SETTINGS | {
    "listen_addresses": "*",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "9000",
}


@dataclass(slots=True)
class Cut:
    """One host that was away. Seconds until all bars were evaluated without it, null where none could be,
    and, from its return, until the pages answered and all was evaluated."""

    host: str
    taken_over_s: float | None = None
    pages_back_s: float | None = None
    evaluated_s: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found."""

    drill: str
    seconds_away: float
    signals: int
    lost: int
    doubled: int
    cuts: list[Cut]
    wrong: list[str]


@contextmanager
def _servers(home: Path, host: Host) -> Iterator[Ground]:
    """PostgreSQL and Valkey on a host, listening to the network."""
    place = Home.open(home)
    ground = ServerGround.of(place)
    postgres, valkey = Postgres(ground, settings=LISTENING), Valkey(ground, port=6379)
    postgres.prepare()
    with open(ground.data / "postgres/pg_hba.conf", "a") as rules:
        rules.write("host all heliograph samenet trust\n")
    with open(place.logs / "servers.log", "ab") as log:
        with inside(host.space):
            running = [(one, start_server(one, log=log)) for one in (postgres, valkey)]
        try:
            yield Ground(home, ground.database_url, ground.redis_url)
        finally:
            for server, process in reversed(running):
                server.stop(process)


@contextmanager
def _programs(place: Ground, url: str, hosts: dict[str, Host]) -> Iterator[Pipeline]:
    """Web, two workers with a beat each, and what sends notices, for a block."""
    servers = hosts["servers"].address
    name = url.split("?")[0].rpartition("/")[2]
    away = place.environment(f"postgres://heliograph@{servers}/{name}?{BETWEEN_HOSTS}") | {
        "REDIS_URL": f"redis://{servers}:6379/0",
        "HELIOGRAPH_BROKER_URL": f"redis://{servers}:6379/1",
        "HELIOGRAPH_HOSTS": hosts["pages"].address,
    }
    beside = place.environment(url) | {
        "REDIS_URL": f"{place.redis_url}?db=0",
        "HELIOGRAPH_BROKER_URL": _broker(place.redis_url),
    }
    pipeline, logs = Pipeline(url), Home.open(place.home).logs
    wanted = [
        ("pages", _web(f"{hosts['pages'].address}:{WEB_PORT}")),
        *((host, worker(f"worker-{host}", QUICK)) for host in ("one", "two")),
        *((host, replace(beat(), name=f"beat-{host}")) for host in ("one", "two")),
    ]
    for host, program in wanted:
        child = ChildOn(program, env=away, log=logs / f"{program.name}.log", longest_pause=0.1)
        child.space = hosts[host].space
        pipeline.children[program.name] = child
    sender = Child(worker("outside", SLOW), env=beside, log=logs / "outside.log", longest_pause=0.1)
    pipeline.children["outside"] = sender
    try:
        for one in pipeline.children.values():
            one.start()
        yield pipeline
    finally:
        for one in pipeline.children.values():
            one.ask_to_end()
        for one in pipeline.children.values():
            one.end(seconds=10)


def _web(bind: str) -> Program:
    options = ("-c", "python:heliograph.config.gunicorn", "--bind", bind, "--graceful-timeout", "5")
    return Program("web", (*MODULE, "gunicorn", *options, "heliograph.config.asgi:application"))


def _broker(redis_url: str) -> str:
    """The broker's database over the socket, as Kombu writes it."""
    return f"redis+socket://{redis_url.removeprefix('unix://')}?virtual_host=1"


@dataclass(slots=True)
class Away:
    """Cuts off one host after another while bars come; called all the while."""

    pipeline: Pipeline
    hosts: list[Host]
    seconds: float
    pages: Callable[[], bool]
    say: Say
    cuts: list[Cut] = field(default_factory=list)
    _since: float = 0.0
    _is_away: bool = False
    _newest: object = None

    @property
    def is_over(self) -> bool:
        """True once all were away and are back."""
        return not self.hosts and not self._is_away

    def __call__(self) -> None:
        """Go on: cut, watch, mend, watch."""
        now = time.monotonic()
        if self._is_away:
            cut = self.cuts[-1]
            if cut.taken_over_s is None and cut.host in WORKERS and self._is_evaluated():
                cut.taken_over_s = round(time.monotonic() - self._since, 1)
            if now - self._since >= self.seconds:
                self._return()
        elif self.hosts and now - self._since > self.seconds / 4:
            self.cuts.append(Cut(self.hosts[0].name))
            self.hosts[0].cut()
            self._newest = _newest(self.pipeline.url)
            self._since, self._is_away = time.monotonic(), True
            self.say(f"{self.hosts[0].name} is cut off")

    def _is_evaluated(self) -> bool:
        """True if a bar came since the cut, and all are evaluated."""
        return _newest(self.pipeline.url) != self._newest and not self.pipeline.left()[0]

    def _return(self) -> None:
        host, cut, began = self.hosts.pop(0), self.cuts[-1], time.monotonic()
        host.mend()
        if wait_until(self.pages, seconds=120, every=0.2):
            cut.pages_back_s = round(time.monotonic() - began, 1)
        self.pipeline.wait_until_evaluated()
        cut.evaluated_s = round(time.monotonic() - began, 1)
        self._since, self._is_away = time.monotonic(), False
        self.say(f"{cut}")


def _newest(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT max(last_open) FROM market_series").fetchall()[0][0]


def _answers(switch: str, host: Host) -> bool:
    try:
        with (
            inside(switch),
            urllib.request.urlopen(f"http://{host.address}:{WEB_PORT}/account/login/", timeout=5) as answer,
        ):
            return bool(answer.status == 200)
    except OSError:
        return False


def drill(home: Path, *, seconds: float, bars: int, away: tuple[str, ...], say: Say) -> Report:
    """Cut these hosts off, one after another, for so many seconds each."""
    with (
        receiving() as receiver,
        network(HOSTS) as (switch, hosts),
        _servers(home, hosts["servers"]) as direct,
    ):
        place = prepared(direct, receiver)
        say("the undisturbed run")
        expected = undisturbed(place, receiver, bars=bars)
        url = place.fresh("drill_hosts")
        with _programs(place, url, hosts) as pipeline:
            pipeline.wait_until_up()
            if not wait_until(lambda: _answers(switch, hosts["pages"]), seconds=120, every=0.5):
                raise RuntimeError(
                    f"The pages do not answer: {pipeline.children['web'].log.read_text()[-500:]}"
                )
            fault = Away(
                pipeline,
                [hosts[name] for name in away],
                seconds,
                lambda: _answers(switch, hosts["pages"]),
                say,
            )
            feed_at_pace(place, pipeline, bars=bars, seconds=1.3 * seconds * len(away), each=fault)
            while not fault.is_over:
                pipeline.look()
                fault()
                time.sleep(0.05)
            pipeline.wait_until_done()
        found = seen(url, receiver)
    lost, doubled = lost_and_doubled(found, expected)
    wrong = [*differences(found, expected)]
    wrong += [f"the pages did not answer after {cut.host}" for cut in fault.cuts if cut.pages_back_s is None]
    return Report("hosts", seconds, len(found["signals"]), lost, doubled, fault.cuts, wrong)


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=20.0)
    parser.add_argument("--bars", type=int, default=100)
    asked = parser.parse_args()
    if why := missing():
        sys.exit(why)
    away = ("one", "two", "pages", "servers")
    report = run_in_folder(
        lambda home, say: drill(home, seconds=asked.seconds, bars=asked.bars, away=away, say=say)
    )
    sys.exit(bool(report.wrong or report.lost or report.doubled))


if __name__ == "__main__":
    main()
