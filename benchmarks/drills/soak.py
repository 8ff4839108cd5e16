"""An hour with a fault every minute: how much of the API and of the signals was there in time.

`python -m benchmarks.drills.soak [MINUTES]`: two workers, two beats and two web nodes behind nginx, on
servers behind proxies. Bars come all the while; a client asks the API four times a second. Each minute one
fault of the other drills happens: of servers, of lines to them, of workers, of the timetable, of web nodes.
What the client was answered is kept as rows, and both availabilities are sums over rows: a request counts as
served if an answer came within five seconds of its first try; a signal is in time if a receiver was told of
it within a tenth of its bar. Fail-overs of PostgreSQL are counted, and listed apart as well.
"""

import argparse
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.drills.parts import feed
from benchmarks.drills.parts.command import Say, run_in_folder
from benchmarks.drills.parts.databases import differences, lost_and_doubled, url_of
from benchmarks.drills.parts.pipeline import Ground, feed_at_pace, prepared, running, seen, undisturbed
from benchmarks.drills.parts.receiver import receiving
from benchmarks.drills.parts.servers import servers
from benchmarks.drills.parts.soak_client import AVAILABLE, BY_KIND, SLOWEST, asking, make_rows, rows_of
from benchmarks.drills.parts.soak_faults import FAIL_OVERS, Minutes, soak_faults
from benchmarks.drills.parts.soak_front import front

GOAL_PCT = 99.9
IN_TIME_SECONDS = feed.MINUTES * 60 / 10
# From the moment a bar was stored to the moment a receiver had taken the message, of each signal of the soak.
TOLD = """
SELECT extract(epoch FROM d.sent_at - c.recorded_at)::float8
FROM signals_signal s
JOIN signals_strategyversion v ON v.id = s.version_id
JOIN signals_strategy t ON t.id = v.strategy_id
JOIN market_instrument i ON i.id = s.instrument_id
JOIN candle c ON (c.instrument_id, c.timeframe, c.open_time) = (s.instrument_id, '5m', s.bar_time)
LEFT JOIN notices_sending d ON d.topic = 'signal.published' AND d.subject =
    'signal:' || t.name || '@' || v.number || ':drill:' || i.symbol || ':'
    || to_char(s.bar_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ':' || s.side
WHERE s.state = 'published' AND NOT s.historical
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault, and what clients saw from five seconds before it to ten behind its end."""

    kind: str
    faults: int
    requests: int
    failed: int
    tried_again: int
    longest_s: float
    is_failover: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What the soak found. Both availabilities are per cent; `told_s` is p50, p99 and the most."""

    drill: str
    minutes: float
    faults: int
    api_pct: float
    requests: int
    requests_failed: int
    answer_s: list[float]
    signals_pct: float
    signals: int
    signals_late: int
    told_s: list[float]
    lost: int
    doubled: int
    goal_pct: float
    by_kind: list[Kind]
    wrong: list[str]


def drill(home: Path, *, minutes: float, bars: int, seed: int, say: Say, minute: float = 60.0) -> Report:
    """Let so many bars come within so many minutes, with a fault in each of them."""
    file = home / "asked.sqlite3"
    make_rows(file)
    with receiving() as receiver, servers(home) as made:
        place = prepared(Ground(home, made.direct["database_url"], made.direct["redis_url"]), receiver)
        token = _token(place, url_of(place.url, "drill_template"))
        say("the undisturbed run")
        expected = undisturbed(place, receiver, bars=bars)
        say(f"{len(expected['signals'])} signals; now {minutes:g} minutes with a fault in each")
        url = place.fresh("drill_soak")
        through = url_of(made.through["database_url"], "drill_soak")
        lines = {"DATABASE_URL": through, "REDIS_URL": made.through["redis_url"]}
        env = place.environment(url) | lines
        with running(place, url, extra=lines) as pipeline, front(home, env=env) as before:
            pipeline.wait_until_up()
            kinds = soak_faults(made, pipeline, before, random.Random(seed))
            faults = Minutes(kinds, file, seed, say, minute=minute)

            def each() -> None:
                before.look()
                faults()

            with asking(before.address, token, file=file):
                feed_at_pace(place, pipeline, bars=bars, seconds=minutes * minute, each=each)
                faults.end()
            pipeline.wait_until_done()
        delays = _told(url)
        found = seen(url, receiver)
        wrong = differences(found, expected)
    lost, doubled = lost_and_doubled(found, expected)
    return _report(file, minutes, faults, delays, lost, doubled, wrong)


def _token(place: Ground, url: str) -> str:
    """A token of the first person, who is in the template and so in all copies of it."""
    program = [sys.executable, "-P", "-c", "from heliograph.cli import main; main()"]
    words = ["token", "add", "soak", "--scope", "read"]
    done = subprocess.run(
        [*program, *words], env=place.environment(url), check=True, text=True, stdout=subprocess.PIPE
    )
    return next(word for word in done.stdout.split() if word.startswith("hg_"))


def _told(url: str) -> list[float | None]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(TOLD).fetchall()]


def _report(
    file: Path,
    minutes: float,
    faults: Minutes,
    delays: list[float | None],
    lost: int,
    doubled: int,
    wrong: list[str],
) -> Report:
    with rows_of(file) as rows:
        requests, served = rows.execute(AVAILABLE).fetchone()
        answers = [seconds for (seconds,) in rows.execute(SLOWEST)]
        by_kind = [
            Kind(kind, made, asked, failed, again, round(longest, 2), kind in FAIL_OVERS)
            for kind, made, asked, failed, again, longest in rows.execute(BY_KIND)
        ]
    told = sorted(delay for delay in delays if delay is not None)
    late = len(delays) - sum(delay <= IN_TIME_SECONDS for delay in told)
    api = 100 * served / requests
    signals = 100 * (1 - late / len(delays))
    for name, share in (("API", api), ("timely signals", signals)):
        if share < GOAL_PCT:
            wrong = [*wrong, f"{name}: {share:.3f} % instead of {GOAL_PCT} %"]
    return Report(
        drill="soak",
        minutes=minutes,
        faults=faults.made.total(),
        api_pct=round(api, 4),
        requests=requests,
        requests_failed=requests - served,
        answer_s=_spread(answers),
        signals_pct=round(signals, 4),
        signals=len(delays),
        signals_late=late,
        told_s=_spread(told),
        lost=lost,
        doubled=doubled,
        goal_pct=GOAL_PCT,
        by_kind=by_kind,
        wrong=wrong,
    )


def _spread(values: list[float]) -> list[float]:
    """The median, the 99th percentile and the most of sorted values."""
    last = len(values) - 1
    return [round(values[round(last * share)], 3) for share in (0.5, 0.99, 1.0)] if values else []


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=60.0)
    parser.add_argument("--bars", type=int, help="How many come; a bar each nine seconds by default.")
    parser.add_argument("--seed", type=int, default=20_261_201)
    asked = parser.parse_args()
    bars = asked.bars or max(1, min(feed.LIVE, round(asked.minutes * 60 / 9)))

    report = run_in_folder(
        lambda home, say: drill(home, minutes=asked.minutes, bars=bars, seed=asked.seed, say=say)
    )
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
