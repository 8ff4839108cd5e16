"""`heliograph health`: what can be measured now, and whether any of it is sick."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

import typer

from heliograph.cli.database import database
from heliograph.cli.exits import Exit
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, show_json, show_table
from heliograph.cli.spread import spread
from heliograph.errors import SourceError

# What `up` runs looks for work every few seconds; so long behind, it does not.
LATE = timedelta(minutes=2)
# A bar of an exchange comes within moments of its close; one may be under way, two are not.
MOST_MISSING = 1


@dataclass(frozen=True)
class Reading:
    """One thing that was looked at. `healthy` is None where there is nothing to judge."""

    name: str
    healthy: bool | None
    says: str


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("health")(health)


@spread
def health(place: Place, as_json: AsJson = False) -> None:
    """Show what can be measured; exit code 4 if sick.

    Looks at the database, Redis, the processes of `up`, the newest bars of each venue, how far the
    evaluations of each strategy have come, parked work, and channels whose notices fail.

    \b
    Example:
      heliograph health
    """
    found = list(_readings(place))
    healthy = all(reading.healthy is not False for reading in found)
    if as_json:
        show_json({"healthy": healthy, "items": [asdict(reading) for reading in found]})
    else:
        words = {True: "fine", False: "sick", None: UNKNOWN}
        show_table(["what", "", "measured"], [[one.name, words[one.healthy], one.says] for one in found])
    if not healthy:
        raise typer.Exit(Exit.UNHEALTHY)


def _readings(place: Place) -> Iterator[Reading]:
    processes = _processes(place)
    try:
        with database(place):
            yield _postgres()
            yield _redis()
            yield processes
            yield from _venues()
            yield from _evaluations(runs=processes.healthy is not None)
            yield from _parked()
            yield from _channels()
    except SourceError as fault:
        yield Reading("database", False, str(fault))


def _postgres() -> Reading:
    from django.db import connection

    begin = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    spent = (time.perf_counter() - begin) * 1000
    return Reading("database", True, f"PostgreSQL {version} answered in {spent:.1f} ms; {size / 1e6:,.0f} MB")


def _redis() -> Reading:
    import redis

    url = os.environ.get("REDIS_URL")
    if not url:
        return Reading("redis", None, "none is named; commands need none")
    begin = time.perf_counter()
    try:
        redis.Redis.from_url(url, socket_timeout=5).ping()
    except redis.RedisError as fault:
        return Reading("redis", False, f"no answer: {fault}")
    return Reading("redis", True, f"answered in {(time.perf_counter() - begin) * 1000:.1f} ms")


def _processes(place: Place) -> Reading:
    import psutil

    from heliograph.kit.embedded import Home
    from heliograph.workers.supervisor import read_state

    state = read_state(Home.open(place.home))
    children = state.get("children")
    if not isinstance(children, dict):
        return Reading("processes", None, "`heliograph up` does not run in this home")
    dead = [name for name, pid in children.items() if not psutil.pid_exists(pid)]
    if dead:
        return Reading("processes", False, f"{', '.join(dead)} ended and is not started again yet")
    return Reading("processes", True, f"{', '.join(children)} run; {state.get('address')}")


def _venues() -> Iterator[Reading]:
    from heliograph.market.models import Venue
    from heliograph.market.queries import Freshness, freshness

    kinds = dict(Venue.objects.values_list("name", "kind"))
    by_venue: dict[str, list[Freshness]] = defaultdict(list)
    for series in freshness(at=now()):
        by_venue[series.venue].append(series)
    for venue, found in by_venue.items():
        missing = max(series.missing for series in found)
        # Files end where they end, and a replay has a clock of its own.
        healthy = missing <= MOST_MISSING if kinds[venue] == Venue.Kind.EXCHANGE else None
        newest = max(series.newest for series in found)
        says = f"newest bar {clock(newest)} UTC, {len(found):,} series, {kinds[venue]}"
        yield Reading(
            f"venue {venue}", healthy, f"{says}, {missing:,} bars missing" if healthy is False else says
        )


def _evaluations(*, runs: bool) -> Iterator[Reading]:
    from heliograph.signals.models import Progress
    from heliograph.signals.queries import running_versions

    for version in running_versions():
        shards = list(Progress.objects.filter(version=version))
        if not shards:
            yield Reading(f"strategy {version}", None, "not evaluated yet")
            continue
        newest = _newest_bars(version.timeframe)
        stands = [pair for shard in shards for pair in zip(shard.instruments, shard.watermarks, strict=True)]
        behind = sum(newest.get(instrument, 0) > watermark for instrument, watermark in stands)
        since = max(shard.updated_at for shard in shards)
        late = runs and behind > 0 and now() - since > LATE
        says = f"{len(stands):,} instruments, {behind:,} behind; last evaluated {clock(since)} UTC"
        yield Reading(f"strategy {version}", None if behind and not runs else not late, says)


def _parked() -> Iterator[Reading]:
    from heliograph.fleet.models import Work

    if parked := Work.objects.filter(state=Work.State.PARKED).count():
        yield Reading("work", False, f"{parked:,} parked after three tries; `heliograph work list` shows why")


def _channels() -> Iterator[Reading]:
    from heliograph.notices.queries import list_channels

    for channel in list_channels():
        if channel.enabled:
            says = f"{channel.pending:,} wait"
            says = f"{says}; {channel.error}" if channel.error else says
            yield Reading(f"channel {channel.name}", not channel.error, says)


def _newest_bars(timeframe: str) -> dict[int, float]:
    """UTC milliseconds of the newest stored bar of each instrument."""
    from heliograph.market.models import Series

    rows = Series.objects.filter(timeframe=timeframe).values_list("instrument", "last_open")
    return {instrument: last.timestamp() * 1000 for instrument, last in rows}
