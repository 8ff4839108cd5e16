"""Analytics over millions of stored signals: the default page and answer, each grouping, the worst moments.

`python -m benchmarks.analytics [--signals N] [--years Y]`. Ten million signals of two years are the whole
form, which needs some 15 GB of disk for a while; `--signals 1000000` is the one for CI. Processor time is of
this process and its server: on a busy machine it says more than the clock.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np

from benchmarks.parts.analysed import (
    compare_with_rows,
    leave_rejected,
    look_at_all,
    seconds_of,
    sum_at_once,
)
from benchmarks.parts.database import database
from benchmarks.parts.rows import cpu_seconds, settle_down
from benchmarks.parts.settling import write_ms
from benchmarks.parts.years import fill
from heliograph.cli.output import show_table

GOAL_P95_MS = 2_000.0
# So many signals settled since the upkeep came by: up to those of an hour or a catch-up.
BURSTS = (5_000, 10_000, 50_000)
PAGE = "/analytics/"


def questions() -> dict[str, Callable[[], object]]:
    """What is asked, by name; the default page and answer first."""
    from heliograph.reports.analytics import analytics
    from heliograph.reports.asked import Asked
    from heliograph.reports.groupings import By
    from heliograph.reports.rejected import rejected

    month = (datetime.now(UTC) - timedelta(days=30)).date()
    asked = doors()
    for by in By:
        asked[f"by {by}"] = lambda by=by: analytics(Asked(), by=by)
    asked["30 days by hour"] = lambda: analytics(Asked(since=month), by=By.HOUR)
    asked["30 days by instrument"] = lambda: analytics(Asked(since=month), by=By.INSTRUMENT)
    asked["30 days by regime"] = lambda: analytics(Asked(since=month), by=By.REGIME)
    asked["rejected"] = lambda: rejected(Asked())
    asked["rejected, 30 days"] = lambda: rejected(Asked(since=month))
    return asked


def doors() -> dict[str, Callable[[], object]]:
    """The page and the operations as a signed-in person asks for them, through all of the web room. No
    address comes twice, so that nothing is answered from the cache: all signals are younger than any of them.
    """
    from django.test import Client

    from heliograph.accounts.people import add_person

    client = Client(SERVER_NAME="localhost")
    client.force_login(add_person("bench", role="viewer", at=datetime.now(UTC)))
    numbers = count()

    def get(address: str) -> None:
        years, months = divmod(next(numbers), 12)
        answer = client.get(f"{address}?since={1970 + years}-{1 + months:02}-01")
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")

    names = ("", "/regimes", "/rejected", "/correlation", "/expectation")
    found: dict[str, Callable[[], object]] = {PAGE: lambda: get("/analytics/")}
    return found | {
        f"/api/v1/analytics{name}": lambda name=name: get(f"/api/v1/analytics{name}") for name in names
    }


def ask(question: Callable[[], object], times: int) -> dict[str, float]:
    """Percentiles in milliseconds, and the mean processor time."""
    question()
    taken, begun = [], cpu_seconds()
    for _ in range(times):
        start = time.perf_counter()
        question()
        taken.append(time.perf_counter() - start)
    spent = cpu_seconds() - begun
    p50, p95, most = 1000 * np.percentile(taken, (50, 95, 100))
    return {"p50_ms": p50, "p95_ms": p95, "slowest_ms": most, "cpu_ms": 1000 * spent / times}


def sizes() -> dict[str, float]:
    """Rows of the sums, their bytes, and settled signals."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT part, count(*) FROM reports_sum GROUP BY part ORDER BY part")
        rows = {f"rows_{part}": float(number) for part, number in cursor.fetchall()}
        cursor.execute(
            "SELECT pg_total_relation_size('reports_sum') / 1e6, sum(number) "
            "FROM reports_sum WHERE part = 'day'"
        )
        mb, settled = cursor.fetchone()
    return rows | {"sums_mb": float(mb), "settled": float(settled or 0)}


def leave_pending(number: int) -> None:
    """As if so many signals had settled since the sums were added to last."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_unsummed")
        cursor.execute(
            "INSERT INTO reports_unsummed "
            "SELECT signal_id FROM signals_outcome WHERE state = 'settled' LIMIT %s",
            [number],
        )


def worst_moments(page: Callable[[], object]) -> dict[str, Callable[[], object]]:
    """The default page when much has just come that nobody has added to the sums yet."""
    from heliograph.reports.sums import MOST_WAITING

    def when(settled: int, rejected: int) -> Callable[[], object]:
        def ask_then() -> None:
            leave_pending(settled)
            leave_rejected(rejected)
            page()

        return ask_then

    few = MOST_WAITING - 1
    return {
        f"page, {few:,} settled and rejected just now": when(few, few),
        **{f"page, {number:,} settled just now": when(number, 0) for number in BURSTS},
    }


def main() -> None:
    """Measure, and print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=10_000_000)
    parser.add_argument("--years", type=float, default=2.0, help="that they are spread over")
    parser.add_argument("--times", type=int, default=40, help="how often each question is asked")
    parser.add_argument("--steps", type=int, default=100, help="steps written with and without noting")
    parser.add_argument("--at-once", action="store_true", help="form the sums in one go, not as workers do")
    wanted = parser.parse_args()
    with database():
        from heliograph.reports.sums import recount

        told = {"filling_s": seconds_of(lambda: fill(wanted.signals, years=wanted.years))}
        told |= sum_at_once() if wanted.at_once else look_at_all()
        settle_down()
        print(", ".join(f"{name} {value:,.0f}" for name, value in told.items()), file=sys.stderr)
        asked = questions()
        found = {name: _ask(name, question, wanted.times) for name, question in asked.items()}
        told |= sizes() | {"comparing_s": seconds_of(compare_with_rows)}
        for name, question in worst_moments(asked[PAGE]).items():
            found[name] = _ask(name, question, max(wanted.times // 2, 5))
        if not wanted.at_once:
            told["recount_s"] = seconds_of(recount)
        written = write_ms(wanted.steps)
    tell(found, told, written)
    short = [name for name, one in found.items() if one["p95_ms"] > GOAL_P95_MS]
    line = {
        "benchmark": "analytics",
        **vars(wanted),
        **told,
        "asked": found,
        "step_ms": written,
        "short": short,
    }
    print(json.dumps(line))
    if short:
        sys.exit(f"slower than {GOAL_P95_MS:,.0f} ms at the 95th percentile: {', '.join(short)}")


def _ask(name: str, question: Callable[[], object], times: int) -> dict[str, float]:
    found = ask(question, times)
    print(f"{name}: p50 {found['p50_ms']:,.0f} ms, p95 {found['p95_ms']:,.0f} ms", file=sys.stderr)
    return found


def tell(found: dict[str, dict[str, float]], told: dict[str, float], written: dict[str, float]) -> None:
    """The table for people."""
    heads = ["asked", ">p50 ms", ">p95 ms", ">slowest ms", ">processor ms"]
    show_table(heads, [[name, *(f"{value:,.1f}" for value in one.values())] for name, one in found.items()])
    print(", ".join(f"{name} {value:,.1f}" for name, value in told.items()))
    ratio = written["with"] / written["without"]
    print(
        f"a step of 50 signals published and settled: {written['with']:.2f} ms with noting, "
        f"{written['without']:.2f} without ({ratio:.3f} of it); adding them later {written['adding']:.2f} ms"
    )


if __name__ == "__main__":
    main()
