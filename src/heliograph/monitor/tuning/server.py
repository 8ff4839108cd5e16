"""The server's settings beside its machine and what was measured of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import psutil
from django.db import connection

from heliograph.monitor.queries import course
from heliograph.monitor.tuning.advice import Advice
from heliograph.monitor.tuning.asked import rows
from heliograph.monitor.tuning.statements import why_unknown

SETTINGS = """
SELECT name, setting, CASE unit WHEN '8kB' THEN 8192 WHEN 'kB' THEN 1024 WHEN 'MB' THEN 1048576 ELSE 1 END,
       source, context
FROM pg_settings
WHERE name IN ('shared_buffers', 'effective_cache_size', 'work_mem', 'max_connections')
"""
COUNTED = """
SELECT pg_database_size(current_database()), blks_hit::float8 / nullif(blks_hit + blks_read, 0),
       temp_bytes, temp_files,
       extract(epoch FROM clock_timestamp() - coalesce(stats_reset, pg_postmaster_start_time()))
FROM pg_stat_database WHERE datname = current_database()
"""
MIB = 2**20
# Of the machine's memory; PostgreSQL's own manual begins with a quarter.
BUFFERS, CACHED = 0.25, 0.6
MOST_BUFFERS = 8 * 2**30
# Pages that are found in memory less often than this.
HITS = 0.98
# What sorts and joins wrote to files in a day, and what one may have in memory at most.
SPILLED, MOST_WORK = 2**30, 64 * MIB
# Of the sessions that are allowed, in use at the worst moment of two days.
CROWDED = 0.8


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in bytes, or as a number; `is_fixed` where the command line of the server says it."""

    value: float
    is_fixed: bool
    needs_restart: bool


def server(*, at: datetime) -> list[Advice]:
    """What is to be set otherwise."""
    found = {
        name: Setting(float(value) * unit, source == "command line", context == "postmaster")
        for name, value, unit, source, context in rows(SETTINGS)
    }
    advice = [*_memory(found), *_connections(found, at=at)]
    if reason := why_unknown():
        advice.append(_blind(reason))
    return advice


def _memory(found: dict[str, Setting]) -> Iterator[Advice]:
    size, hits, spilled, files, seconds = rows(COUNTED)[0]
    # Of a part of a day nothing is made up for the rest.
    spilled_a_day = float(spilled) / max(float(seconds) / 86_400, 1.0)
    work = found["work_mem"].value
    if spilled_a_day > SPILLED and work < MOST_WORK:
        why = f"sorts and joins wrote {spilled_a_day / MIB:,.0f} MiB a day to {files:,} files"
        yield _set("work_mem", work, min(work * 4, MOST_WORK), found["work_mem"], why)
    if not _is_here():
        return
    memory = psutil.virtual_memory().total
    buffers = found["shared_buffers"].value
    wanted = min(memory * BUFFERS, MOST_BUFFERS)
    if hits is not None and hits < HITS and size > buffers and buffers < wanted / 2:
        why = f"{100 * hits:.1f} % of the pages were found in memory, of a database of {size / MIB:,.0f} MiB"
        yield _set("shared_buffers", buffers, wanted, found["shared_buffers"], why)
    cached = found["effective_cache_size"].value
    if not memory * CACHED / 2 <= cached <= memory:
        why = f"the machine has {memory / MIB:,.0f} MiB, and plans count on another size"
        yield _set("effective_cache_size", cached, memory * CACHED, found["effective_cache_size"], why)


def _connections(found: dict[str, Setting], *, at: datetime) -> Iterator[Advice]:
    points = course("database_connections_ratio", since=at - timedelta(days=2), until=at, layer="minute")
    most = max((point.most for point in points if point.most is not None), default=None)
    allowed = found["max_connections"].value
    if most is not None and most >= CROWDED:
        why = (
            f"{100 * most:.0f} % of {allowed:,.0f} sessions were in use within two days: fewer threads of web"
            " processes (HELIOGRAPH_WEB_CONNECTIONS), fewer workers, or more sessions"
        )
        yield Advice("connections", "max_connections", why, measured={"most_ratio": most, "allowed": allowed})


def _set(name: str, now: float, wanted: float, setting: Setting, why: str) -> Advice:
    """Where a restart is needed, people choose when."""
    mib = f"{wanted / MIB:.0f}MB"
    if setting.is_fixed:
        why += "; the command line that starts the server says it: change it there"
    elif setting.needs_restart:
        why += "; it takes a restart"
    return Advice(
        "setting",
        name,
        f"{now / MIB:,.0f} MiB where {mib} would fit: {why}",
        statement="" if setting.is_fixed else f"ALTER SYSTEM SET {name} = '{mib}'",
        undo="" if setting.is_fixed else f"ALTER SYSTEM SET {name} = '{now / MIB:.0f}MB'",
        is_safe=not (setting.is_fixed or setting.needs_restart),
        measured={"bytes": now, "wanted_bytes": wanted},
    )


def _blind(reason: str) -> Advice:
    """What statements take is not known, and with it no missing index."""
    may_be_made = reason.startswith("this database")
    return Advice(
        "blind",
        "pg_stat_statements",
        f"what statements take is not known: {reason}",
        statement="CREATE EXTENSION pg_stat_statements" if may_be_made else "",
        undo="DROP EXTENSION pg_stat_statements" if may_be_made else "",
        is_safe=may_be_made,
    )


def _is_here() -> bool:
    """Whether the server runs on this machine: only then its memory is known."""
    host = str(connection.settings_dict["HOST"] or "")
    return not host or host.startswith(("/", "@")) or host in ("127.0.0.1", "::1", "localhost")
