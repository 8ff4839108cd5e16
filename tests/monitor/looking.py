"""Looks at a part, on ground whose doors each test may replace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heliograph.kit.cache.told import Counters, together
from heliograph.monitor.probe import Ground, look
from heliograph.monitor.probes import PROBES

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOTHING: Counters = together([], at=0)
GROUND = Ground(
    at=NOON,
    redis_url=None,
    concerns=("generate", "notices"),
    depths=dict,
    looked=lambda shards: {},
    timetable=dict,
    cache=lambda: NOTHING,
    folder=Path("/"),
)


def look_at(part, **doors):
    """What the probes of a part measure, by name and labels."""
    ground = replace(GROUND, **doors)
    found = [one for probe in PROBES if probe.part == part for one in look(probe, ground)]
    return {one.name if not one.labels else (one.name, *one.labels.values()): one for one in found}


def values(part, *names, **doors):
    """The values of these measures; the reason of one that is unknown."""
    found = look_at(part, **doors)
    return [found[name].reason or found[name].value for name in names]
