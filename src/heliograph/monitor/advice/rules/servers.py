"""The cache, what fills, and what tuning finds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from heliograph.monitor.advice.finding import Effect, Evidence, Finding
from heliograph.monitor.advice.kept import last_day, last_value
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.forecasts.queries import Foreseen, newest_forecasts
from heliograph.monitor.measure import key_of
from heliograph.monitor.tuning.look import look

# Evictions in a day, and the share of hits below which they hurt.
EVICTIONS, HITS = 1_000, 0.8
# Nearer than that, somebody should act.
SOON = timedelta(days=30)
COMMANDS = {
    "host_disk_free_bytes": "heliograph tune",
    "database_size_bytes": "heliograph tune",
    "database_table_size_bytes": "heliograph tune",
    "database_transaction_numbers_ratio": "vacuumdb --all --freeze",
    "redis_memory_ratio": "redis-cli CONFIG SET maxmemory",
}
LEVELS = {
    "memory": ("cache_evicted_total", "heliograph cache"),
    "redis": ("redis_evicted_keys_total", "redis-cli CONFIG SET maxmemory"),
}


def cache_too_small(at: datetime) -> Iterator[Finding]:
    """Levels of the cache that forget what is asked for again."""
    for level, (counter, command) in LEVELS.items():
        labels = {"level": level}
        evicted = _grown([point.last for point in last_day(counter, at=at)])
        hours = [
            point.mean
            for point in last_day("cache_hits_ratio", at=at, labels=labels)
            if point.mean is not None
        ]
        if evicted < EVICTIONS or not hours:
            continue
        hits = sum(hours) / len(hours)
        if hits >= HITS:
            continue
        yield Finding(
            rule="cache",
            subject=f"level {level}",
            title=f"Give the {level} level of the cache more room",
            why=f"It forgot {evicted:,.0f} entries in a day for want of room, and had {100 * hits:.0f} % "
            "of what was asked of it.",
            command=command,
            evidence=(
                Evidence("entries evicted in a day", evicted, f"monitor_hour, {counter}"),
                Evidence("share of hits", hits, f"monitor_hour, cache_hits_ratio {level}"),
            ),
            effect=Effect(
                "cache_hits_ratio",
                "up",
                "what is not forgotten need not be computed again; how much of it is asked for is not known",
                labels,
                now=hits,
            ),
        )


def full_soon(at: datetime) -> Iterator[Finding]:
    """What forecasts say is full within a month."""
    for one in newest_forecasts(at=at, kind=Forecast.Kind.SPACE):
        if one.row.full_mean is not None and one.row.full_mean - at < SOON:
            yield _full(one, at=at)


def _full(one: Foreseen, *, at: datetime) -> Finding:
    row = one.row
    assert row.full_mean
    of = " ".join([row.name, *row.labels.values()])
    early, late = (
        moment.date().isoformat() if moment else "never" for moment in (row.full_early, row.full_late)
    )
    source = f"forecasts_forecast {row.pk}"
    inside = "not known yet" if one.score.inside is None else one.score.inside
    return Finding(
        rule="full soon",
        subject=f"{row.name} {key_of(row.labels)}".strip(),
        title=f"Make room: {of} comes to its end by {row.full_mean.date()}",
        why=f"By its trend it is full on {row.full_mean.date()}; in {100 * (row.coverage or 0):.0f} of 100 "
        f"cases between {early} and {late}.",
        command=COMMANDS.get(row.name, ""),
        evidence=(
            Evidence("full at", row.full_mean.isoformat(), source),
            Evidence("in a week", row.mean[-1], source),
            Evidence("share of forecasts that held", inside, "forecasts_forecast, the last 30 days"),
        ),
        effect=Effect(
            row.name,
            "up" if row.name == "host_disk_free_bytes" else "down",
            "room that is made shows at once",
            dict(row.labels),
            now=last_value(row.name, at=at, labels=row.labels),
        ),
    )


def tuning(at: datetime) -> Iterator[Finding]:
    """What tuning of the database and of processes finds: indexes, statements, dead rows, settings."""
    for one in look(at=at):
        if one.kind == "blind":
            continue
        yield Finding(
            rule=f"tuning: {one.kind}"[:40],
            subject=one.subject,
            title=f"{one.kind.capitalize()}: {one.subject}",
            why=one.why,
            command="heliograph tune --apply" if one.is_safe else one.statement or "heliograph tune",
            evidence=tuple(Evidence(name, value, "tune") for name, value in one.measured.items()),
            # Statements are for those who tend the installation.
            audience="",
        )


def _grown(values: list[float | None]) -> float:
    """By how much a counter grew; where it fell it began anew."""
    known = [value for value in values if value is not None]
    return sum(max(later - former, 0.0) for former, later in pairwise(known))
