"""All that tuning finds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.monitor.tuning.advice import Advice
from heliograph.monitor.tuning.indexes import idle_indexes
from heliograph.monitor.tuning.missing import missing_indexes
from heliograph.monitor.tuning.processes import growing
from heliograph.monitor.tuning.repeats import repeated
from heliograph.monitor.tuning.server import server
from heliograph.monitor.tuning.statements import busiest
from heliograph.monitor.tuning.tables import tables

RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that are looked at."""

    name: str
    read: Callable[[datetime], list[Advice]]


PARTS = (
    Part("tables", lambda at: tables(at=at)),
    Part("indexes", lambda at: idle_indexes(at=at)),
    Part("statements", lambda at: missing_indexes(busiest())),
    Part("repeats", lambda at: repeated(since=at - RECENT)),
    Part("server", lambda at: server(at=at)),
    Part("processes", lambda at: growing(at=at)),
)


def look(*, at: datetime) -> list[Advice]:
    """All advice, what can be done by a program first."""
    found = [one for part in PARTS for one in part.read(at)]
    return sorted(found, key=lambda one: (not one.is_safe, not one.statement))
