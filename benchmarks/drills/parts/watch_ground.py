"""What the drill of incidents stands on: servers, workers and a beat, an exchange, and who is told."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import psutil
import psycopg

from benchmarks.drills.parts import feed
from benchmarks.drills.parts.databases import url_of
from benchmarks.drills.parts.pipeline import SECRET, Feeder, Ground, NotDone, prepared
from benchmarks.drills.parts.receiver import OK, Receiver, Reply, Request, receiving
from benchmarks.drills.parts.servers import Servers, servers
from benchmarks.drills.parts.watch_pace import FACTOR
from heliograph.kit.embedded import Home
from heliograph.workers.children import Child
from heliograph.workers.programs import Program, beat, node_name, worker
from heliograph.workers.queues import QUICK
from tests.emulated_exchange import Exchange, Faults, Market, running

APP = "benchmarks.drills.parts.watch_app"
ROOT = Path(__file__).parents[3]
NAME = "drill_watch"
ONCALL, PING = "/oncall", "/ping"
BROKEN = Reply(503)
PROGRAMS = (
    worker("worker-1", QUICK),
    # As it ships: an exchange that does not answer holds back no notice.
    worker("outside", ("ingest", "notices"), 2),
    worker("long", ("research",)),
    replace(beat(), name="beat-1"),
)
SPARE = worker("worker-2", QUICK)
BEATS = """SELECT FROM fleet_node WHERE name = %s AND NOT "left" AND heartbeat_at > now() - interval '3 s'"""
# Ages that a fault would have to reach; the drill waits for a part of them.
SOONER = {"slow-query": 24.0, "long-transaction": 20.0, "lock-waits": 2.0}
# The bars of the exchange come no faster than elsewhere.
UNHURRIED = ("data-stale",)
BUDGETS = ("evaluation-slo",)
# This machine is not the drill's alone.
OFF = ("load-high", "memory-short")


@dataclass
class Watched:
    """All parts, and how each of them is broken and mended."""

    home: Path
    servers: Servers
    receiver: Receiver
    exchange: Exchange
    faults_of_exchange: dict[str, float]
    url: str
    env: dict[str, str]
    broken: set[str] = field(default_factory=set)
    children: dict[str, Child] = field(default_factory=dict)
    _feeding: Lock = field(default_factory=Lock)

    def answer(self, request: Request) -> Reply:
        """What the receiver answers: an error on the paths that are broken."""
        return BROKEN if request.path in self.broken else OK

    def told(self) -> list[dict[str, object]]:
        """What was told of incidents, once each however often it came."""
        found = {one.id: one for one in list(self.receiver.requests) if one.path == ONCALL}
        return [dict(json.loads(one.body)["data"]) for one in found.values()]

    def start(self, name: str, **more: str) -> None:
        """Start a program, with these variables besides."""
        program = _of_drill(next(one for one in (*PROGRAMS, SPARE) if one.name == name))
        log = Home.open(self.home).logs / f"{name}.log"
        self.children[name] = Child(program, env=self.env | more, log=log)
        self.children[name].start()

    def kill(self, name: str) -> None:
        """Kill a program, with all that it started."""
        for process in [*self.descendants(name), psutil.Process(self.children[name].pid)]:
            process.kill()
        self.children[name].end(seconds=5)

    def replace(self, name: str, by: str, **more: str) -> None:
        """Start a program beside another one, and have that one end in order as soon as the new one beats."""
        self.start(by, **more)
        with self.session() as session:
            session.autocommit = True
            if not wait(lambda: session.execute(BEATS, [node_name(by)]).fetchall(), seconds=60):
                raise NotDone(f"{by} does not beat.")
        self.children[name].ask_to_end()
        self.children.pop(name).end(seconds=20)

    def descendants(self, name: str) -> list[psutil.Process]:
        """The worker processes of a program."""
        return psutil.Process(self.children[name].pid).children(recursive=True)

    @property
    def ended(self) -> list[str]:
        """The programs that run no longer."""
        return [name for name, child in self.children.items() if not child.pid]

    @contextmanager
    def feeder(self) -> Iterator[Feeder]:
        """Who stores bars of all instruments, for a block; one at a time."""
        with self._feeding, Feeder.running(self.env | {"DATABASE_URL": self.url}) as feeder:
            yield feeder

    def feed(self, bars: int) -> None:
        """Store so many bars of all instruments."""
        with self.feeder() as feeder:
            for _ in range(bars):
                feeder.feed(1)

    def forget_budgets(self) -> None:
        """What is counted over hours would tell of the faults before once more."""
        from heliograph.monitor.alerts.rules import change_rule

        for name in BUDGETS:
            change_rule(name, {"enabled": False})

    def session(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A session of somebody else's."""
        return psycopg.connect(self.url)


@contextmanager
def watched(home: Path, say: Callable[[str], None]) -> Iterator[Watched]:
    """All of it, running and well, for a block."""
    rates: dict[str, float] = {}
    start = (datetime.now(UTC) - timedelta(minutes=30)).replace(second=0, microsecond=0)
    market = Market.made_up(symbols=3, timeframe="1m", start=start, bars=240)
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        made = stack.enter_context(servers(home))
        exchange = stack.enter_context(
            running(market, Faults(rates=rates, stall_s=20), at=datetime.now(UTC), speed=1)
        )
        place = prepared(Ground(home, made.direct["database_url"], made.direct["redis_url"]), receiver)
        say("the market is ready")
        url = place.fresh(NAME)
        through = {"DATABASE_URL": url_of(made.through["database_url"], NAME)}
        lines = through | {"REDIS_URL": made.through["redis_url"], "PYTHONPATH": str(ROOT)}
        env = place.environment(url) | lines
        found = Watched(home, made, receiver, exchange, rates, url, env)
        receiver.reply = found.answer
        _set_up(place, found, start)
        try:
            for program in PROGRAMS:
                found.start(program.name)
            yield found
        finally:
            for child in found.children.values():
                child.ask_to_end()
            for child in found.children.values():
                child.end(seconds=8)


def _of_drill(program: Program) -> Program:
    words = (APP if word == "heliograph.workers.app" else word for word in program.command)
    return replace(program, command=tuple(words))


def _set_up(place: Ground, found: Watched, start: datetime) -> None:
    """Django on the database, the exchange watched, somebody to tell, and rules that wait for less."""
    os.environ.update(place.environment(found.url))
    os.environ.update(DJANGO_SETTINGS_MODULE="heliograph.config.settings")
    os.environ[feed.SECRET_ENV] = SECRET
    import django

    django.setup()
    from heliograph.market.sources.exchange.venues import add_venue
    from heliograph.market.sources.exchange.watches import add_watches
    from heliograph.monitor.alerts.heartbeat import set_heartbeat
    from heliograph.monitor.alerts.rules import all_rules, change_rule
    from heliograph.notices.channel import add_channel

    now = datetime.now(UTC)
    add_venue("binance", at=now, url=found.exchange.url, per_second=50)
    add_watches(found.exchange.market.symbols, timeframe="1m", since=start, at=now)
    inside = {"allow_private": ["127.0.0.1"]}
    options = {"url": found.receiver.url(ONCALL), "secret_env": feed.SECRET_ENV, **inside}
    add_channel("oncall", kind="webhook", options=options, topics=["incident.*"], at=now)
    set_heartbeat({"url": found.receiver.url(PING), **inside}, at=now)
    for rule in all_rules():
        shorter = {
            "for_seconds": rule.for_seconds // (1 if rule.name in UNHURRIED else FACTOR),
            "clear_seconds": rule.clear_seconds // FACTOR,
            "enabled": rule.name not in OFF,
        }
        if rule.name in SOONER:
            shorter["options"] = {"above": SOONER[rule.name]}
        change_rule(rule.name, shorter)


def frozen(processes: Sequence[psutil.Process]) -> Callable[[], None]:
    """Stop these processes; returns what lets those go on that nobody has ended."""

    def thaw() -> None:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)

    for process in processes:
        process.send_signal(signal.SIGSTOP)
    return thaw


def wait(done: Callable[[], object], *, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> bool:
    """True if it came within that time; a database that is away is asked again."""
    from django.db import Error, connection

    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        meanwhile()
        try:
            if done():
                return True
        except Error:
            connection.close()
        time.sleep(0.5)
    return False
