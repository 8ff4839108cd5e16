"""Analytics over a million stored signals: the default answer, each grouping, what keeping the sums costs.

`python -m benchmarks.analytics [--signals N]`. Processor time is of this process and its server: on a busy
machine it says more than the clock.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.parts.database import database
from benchmarks.parts.rows import cpu_seconds, settle_down
from benchmarks.parts.settling import seconds_of, write_ms
from benchmarks.parts.years import fill
from heliograph.cli.output import show_table

GOAL_P95_MS = 2_000.0
# So many signals settled since the upkeep came by.
PENDING = 5_000


def questions() -> dict[str, Callable[[], object]]:
    """What is asked, by name; the default answer first."""
    from heliograph.reports.analytics import analytics
    from heliograph.reports.asked import Asked
    from heliograph.reports.groupings import By

    month = (datetime.now(UTC) - timedelta(days=30)).date()
    asked: dict[str, Callable[[], object]] = {"default": lambda: analytics(Asked())}
    for by in By:
        asked[f"by {by}"] = lambda by=by: analytics(Asked(), by=by)
    asked["30 days by hour"] = lambda: analytics(Asked(since=month), by=By.HOUR)
    asked["30 days by instrument"] = lambda: analytics(Asked(since=month), by=By.INSTRUMENT)
    return asked


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
        cursor.execute(
            "INSERT INTO reports_unsummed "
            "SELECT signal_id FROM signals_outcome WHERE state = 'settled' LIMIT %s",
            [number],
        )


def pending() -> None:
    """The default question when a burst of signals has just settled."""
    leave_pending(PENDING)
    questions()["default"]()


def main() -> None:
    """Measure, and print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=40, help="how often each question is asked")
    parser.add_argument("--steps", type=int, default=100, help="steps written with and without noting")
    wanted = parser.parse_args()
    with database():
        from heliograph.reports.sums import recount

        fill(wanted.signals)
        anew = seconds_of(recount)
        settle_down()
        found = {name: ask(question, wanted.times) for name, question in questions().items()}
        found[f"default, {PENDING:,} pending"] = ask(pending, wanted.times)
        recount()
        told = sizes() | {"recount_s": anew}
        written = write_ms(wanted.steps)
    heads = ["asked", ">p50 ms", ">p95 ms", ">slowest ms", ">processor ms"]
    show_table(heads, [[name, *(f"{value:,.1f}" for value in one.values())] for name, one in found.items()])
    print(", ".join(f"{name} {value:,.1f}" for name, value in told.items()))
    ratio = written["with"] / written["without"]
    print(
        f"a step of 50 signals published and settled: {written['with']:.2f} ms with noting, "
        f"{written['without']:.2f} without ({ratio:.3f} of it); adding them later {written['adding']:.2f} ms"
    )
    p95 = found["default"]["p95_ms"]
    print(
        json.dumps(
            {"benchmark": "analytics", "signals": wanted.signals, **told, "asked": found, "step_ms": written}
        )
    )
    if p95 > GOAL_P95_MS:
        sys.exit(f"the default answer took {p95:,.0f} ms, more than {GOAL_P95_MS:,.0f}")


if __name__ == "__main__":
    main()
