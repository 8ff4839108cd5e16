"""Lists, pages and events over a million stored signals, from a web process as `up` starts it."""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil

from benchmarks.parts.desk import servers
from benchmarks.parts.rows import settle_down
from benchmarks.parts.watched import fill_history, look_now, looking
from benchmarks.parts.web_clients import Taken, at_a_rate, listen, one_by_one
from benchmarks.parts.years import INSTRUMENTS, fill

GOALS = {"list_p99_ms": 50.0, "page_p95_ms": 150.0, "event_p99_ms": 250.0}
# The parts of these pages.
DATA = ("", "gaps/", "quality/", "revisions/", "imports/", "sources/", "universe/")
WORK = ("queues/", "nodes/", "placement/", "jobs/", "evaluations/", "cache/", "scaling/")
MONITORING = ("now", "incidents", "trends", "machine", "advice", "frame")
NOTICES = ("", "channels/", "log/", "inbound/")
LIMITLESS = {
    "HELIOGRAPH_STREAMS_PER_PERSON": "100000",
    "HELIOGRAPH_STREAMS": "100000",
    "HELIOGRAPH_API_READS": "0",
}


@contextmanager
def web(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The web process on a port of its own; yields its address and the process that answers."""
    from heliograph.kit.tied import start_tied
    from heliograph.kit.wait import wait_until
    from heliograph.workers.programs import web as program

    with socket.create_server(("127.0.0.1", 0)) as listener, open(folder / "web.log", "ab") as log:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        os.set_inheritable(listener.fileno(), True)
        command = program(listener.fileno()).command
        started = start_tied(command, log=log, env=os.environ | LIMITLESS, keep=[listener.fileno()])
        try:
            if not wait_until(lambda: _answers(address), seconds=60, every=0.25):
                raise SystemExit((folder / "web.log").read_text(errors="replace")[-2_000:])
            yield address, psutil.Process(started.pid).children()[0]
        finally:
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(f"{address}/healthz", timeout=2).status == 200
    except OSError:
        return False


def lists(count: int, dice: random.Random) -> list[str]:
    """Addresses of the list of signals as programs and people filter it, most of them never twice."""
    from heliograph.signals.models import Strategy

    names = list(Strategy.objects.values_list("name", flat=True))
    moment = time.time() - 86_400 * 365

    def one() -> str:
        symbol = f"C{dice.randrange(INSTRUMENTS):05d}/USDT"
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment + dice.randrange(86_400 * 360)))
        return dice.choice(
            [
                "",
                f"limit={dice.randrange(1, 200)}",
                f"symbol={symbol}",
                f"symbol={symbol}&state=settled",
                f"strategy={dice.choice(names)}&side=long&limit={dice.randrange(20, 100)}",
                f"state=settled&limit={dice.randrange(20, 100)}",
                "state=open",
                f"state=rejected&limit={dice.randrange(20, 100)}",
                f"state=missed&limit={dice.randrange(20, 60)}",
                f"state=all&since={since}",
                f"historical=false&symbol={symbol}&limit={dice.randrange(20, 100)}",
            ]
        ).replace(" ", "%20")

    return [f"/api/v1/signals?{one()}" for _ in range(count)]


def pages(dice: random.Random) -> dict[str, list[str]]:
    """Addresses of each page, with other signals, instruments and filters each time."""
    from heliograph.market.models import Instrument, Series
    from heliograph.signals.models import Signal, Strategy

    newest = Signal.objects.latest("pk").pk
    some = [dice.randrange(max(1, newest - 500_000), newest) for _ in range(200)]
    signals = list(Signal.objects.filter(pk__in=some, state="published").values_list("pk", flat=True))
    instruments = list(Instrument.objects.values_list("pk", flat=True))
    series = list(Series.objects.values_list("pk", flat=True))
    names = list(Strategy.objects.values_list("name", flat=True))
    symbols = [f"C{dice.randrange(INSTRUMENTS):05d}/USDT" for _ in range(50)]
    return {
        "overview": ["/"],
        "overview lists": ["/overview/lists", "/overview/aside"],
        "signals": [
            "/signals/",
            "/signals/?state=settled",
            "/signals/?state=rejected",
            "/signals/?state=open",
        ],
        "signals, filtered": [
            *(f"/signals/?symbol={symbol}" for symbol in symbols),
            *(f"/signals/?strategy={name}&side=long" for name in names),
        ],
        "arrivals": [f"/signals/arrivals?seen={newest - 1}"],
        "signal": [f"/signals/{pk}/" for pk in signals[:40]],
        "signal panel": [f"/signals/{pk}/panel" for pk in signals[40:80]],
        "why not": ["/why-not/"],
        "strategies": ["/strategies/"],
        "strategy": [f"/strategies/{name}/" for name in names],
        "instruments": ["/instruments/"],
        "instrument": [f"/instruments/{pk}/" for pk in instruments],
        "series": [f"/data/{pk}/" for pk in series],
        "backtests": ["/backtests/", "/backtests/new"],
        "data": [f"/data/{part}" for part in DATA],
        "work": [f"/work/{part}" for part in WORK],
        "notices": [f"/notices/{part}" for part in NOTICES],
        "people": ["/people/", "/settings/", "/settings/tokens/", "/settings/sessions/"],
        "audit": ["/audit/"],
        "about": ["/about/", "/replays/"],
        "monitoring": ["/monitoring/"],
        "monitoring, a piece": [f"/monitoring/live/{name}" for name in MONITORING],
        "measures": ["/monitoring/measures/", "/monitoring/incidents/", "/monitoring/silences/"],
        "measure": [
            f"/monitoring/measures/{name}/?span={span}"
            for name in ("database_size_bytes", "generation_bars", "redis_memory_bytes")
            for span in ("3h", "1d", "30d", "2y")
        ],
        "reports": ["/reports/"],
        "find": [f"/find/?q={symbol[:4]}" for symbol in symbols[:5]],
    }


def measure_lists(address: str, count: int, *, rate: float) -> dict[str, float]:
    """Percentiles of the list at that rate."""
    paths = lists(count, random.Random(7))
    with get_context("spawn").Pool(1) as pool:
        pool.apply(one_by_one, (address, paths[:20]), {"headers": _headers()})
        taken = pool.apply(at_a_rate, (address, paths), {"rate": rate, "headers": _headers()})
    _refuse_errors(taken)
    slowest = sorted(taken, key=lambda one: -one.seconds)[:3]
    for one in slowest:
        print(f"    slow: {1000 * one.seconds:7.1f} ms {one.path}")
    return percentiles(taken, "list", (50, 95, 99)) | {"list_requests": len(taken), "list_rate": rate}


def measure_pages(address: str, times: int) -> dict[str, float]:
    """The same of each page, one request at a time."""
    dice = random.Random(11)
    found: dict[str, float] = {}
    every: list[Taken] = []
    with get_context("spawn").Pool(1) as pool:
        for name, paths in pages(dice).items():
            asked = [dice.choice(paths).replace(" ", "%20") for _ in range(times)]
            taken = pool.apply(one_by_one, (address, asked), {"headers": _signed_in()})
            _refuse_errors(taken)
            every += taken
            found |= percentiles(taken, f"page {name}", (50, 95, 100))
    worst = max(value for name, value in found.items() if name.endswith("p95_ms"))
    return found | percentiles(every, "page", (50, 95)) | {"page_worst_p95_ms": worst}


def measure_events(
    address: str, process: psutil.Process, *, listeners: int, events: int, idle_s: float
) -> dict[str, float]:
    """From just before a commit to the listener; memory and processor time of the web process."""
    from heliograph.fleet.models import Job
    from heliograph.kit.clock import utc_now

    context = get_context("spawn")
    ours, theirs = context.Pipe()
    before = process.memory_info().rss
    client = context.Process(target=listen, args=(address, listeners, theirs, _headers()))
    client.start()
    if not ours.poll(120) or ours.recv() != "open":
        raise SystemExit("The streams did not open.")
    after = process.memory_info().rss
    spent, begin = sum(process.cpu_times()[:2]), time.perf_counter()
    time.sleep(idle_s)
    idle = 100 * (sum(process.cpu_times()[:2]) - spent) / (time.perf_counter() - begin)
    committed = {}
    for number in range(events):
        name = f"event {number}"
        committed[name] = time.time()
        Job.objects.create(kind="bench", title=name, created_at=utc_now())
        time.sleep(0.5)
    ours.send("end")
    got = ours.recv()
    client.join()
    if len(got) != events * listeners:
        raise SystemExit(f"{len(got)} events arrived, not {events * listeners}.")
    seconds = np.array([at - committed[name] for name, at in got])
    told = {f"event_p{q}_ms": float(1000 * np.percentile(seconds, q)) for q in (50, 95, 99, 100)}
    return told | {
        "listeners": listeners,
        "events": events,
        "web_mb_without": before / 1e6,
        "web_mb_with": after / 1e6,
        "web_idle_cpu_pct": idle,
        "web_threads": process.num_threads(),
    }


def percentiles(taken: Sequence[Taken], name: str, wanted: Sequence[int]) -> dict[str, float]:
    """Milliseconds."""
    seconds = np.array([one.seconds for one in taken])
    return {f"{name}_p{q}_ms": float(1000 * np.percentile(seconds, q)) for q in wanted}


def _refuse_errors(taken: Sequence[Taken]) -> None:
    wrong: dict[int, list[str]] = defaultdict(list)
    for one in taken:
        if one.found != 200:
            wrong[one.found].append(one.path)
    if wrong:
        raise SystemExit(f"Not all was answered: {dict(wrong)}")


def _headers() -> dict[str, str]:
    """Those of a program that may see everything."""
    from heliograph.accounts.models import Person
    from heliograph.accounts.people import add_person
    from heliograph.accounts.tokens import add_token
    from heliograph.kit.clock import utc_now

    at = utc_now()
    person = Person.objects.filter(name="bench").first() or add_person("bench", role="admin", at=at)
    secret = add_token(f"bench {person.tokens.count()}", person=person, scope="read", at=at).secret
    return {"Authorization": f"Bearer {secret}"}


def _signed_in() -> dict[str, str]:
    """Those of the browser of an admin: pages want a session."""
    from django.test import Client

    from heliograph.accounts.models import Person

    _headers()
    client = Client()
    client.force_login(Person.objects.get(name="bench"))
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


def main() -> None:
    """Measure, and print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second for the list")
    parser.add_argument("--requests", type=int, default=3_000)
    parser.add_argument("--times", type=int, default=60, help="requests for each page")
    parser.add_argument("--listeners", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=60)
    parser.add_argument(
        "--idle", type=float, default=10.0, help="seconds for which idle listeners are watched"
    )
    parser.add_argument("--only", choices=["lists", "pages", "events"])
    asked = parser.parse_args()
    found: dict[str, float] = {}
    with servers() as folder:
        _say(f"storing {asked.signals:,} signals")
        fill(asked.signals)
        if asked.only in (None, "lists"):
            with web(folder) as (address, _):
                _say(f"{asked.requests} lists at {asked.rate:.0f} a second")
                found |= measure_lists(address, asked.requests, rate=asked.rate)
        if asked.only in (None, "pages"):
            # Of a look that is old the pages of monitoring take one themselves.
            look_now()
            fill_history()
            settle_down()
            with looking(), web(folder) as (address, _):
                _say(f"each page {asked.times} times")
                found |= measure_pages(address, asked.times)
        if asked.only in (None, "events"):
            with web(folder) as (address, process):
                _say(f"{asked.events} events to {asked.listeners} listeners")
                found |= measure_events(
                    address, process, listeners=asked.listeners, events=asked.events, idle_s=asked.idle
                )
    for name, value in found.items():
        goal = f"   goal {GOALS[name]:.0f}" if name in GOALS else ""
        print(f"{name:32} {value:10.1f}{goal}")
    print(json.dumps({"benchmark": "web", **vars(asked), **found}))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
