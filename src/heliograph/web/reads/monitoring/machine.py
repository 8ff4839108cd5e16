"""Workers, queues and the database as the page of monitoring shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from heliograph.monitor.told import ToldMeasure
from heliograph.signals.queries import Hidden
from heliograph.web.measured import GLYPHS, measure_value
from heliograph.web.reads.monitoring.looked import Looked
from heliograph.web.reads.work import nodes, queues

# In the order in which one looks at them; each with what it is called here.
OF_DATABASE = (
    ("database_size_bytes", "Size"),
    ("database_growth_day_bytes", "Growth in a day"),
    ("database_connections", "Sessions"),
    ("database_connections_ratio", "Of the sessions allowed"),
    ("database_slow_queries", "Slow statements now, over 5 s"),
    ("database_longest_query_seconds", "Longest statement now"),
    ("database_slowest_statement_seconds", "Slowest statement, in the mean"),
    ("database_lock_waits", "Waits for locks now"),
    ("database_oldest_transaction_seconds", "Oldest transaction"),
    ("database_buffer_hits_ratio", "Pages found in memory"),
    ("database_dead_rows_ratio", "Dead rows of the worst table"),
    ("database_lacking_indexes", "Indexes that lack"),
)
OF_QUEUES = (
    ("queues_generate_age_seconds", "Oldest bar not evaluated"),
    ("queues_ingest_age_seconds", "Oldest watch not asked for"),
    ("queues_research_age_seconds", "Oldest job that waits"),
    ("queues_failed_work", "Failed, tried again"),
    ("queues_parked_work", "Parked, waits for you"),
)
TABLE = "database_table_size_bytes"
MOST_TABLES = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """A measure by the name that it has here; `value` is a dash where `reason` says why."""

    title: str
    name: str
    value: str
    reason: str
    glyph: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """A worker node and what it does now."""

    line: nodes.NodeLine
    doing: str


def facts(found: Looked, wanted: Sequence[tuple[str, str]]) -> list[Fact]:
    """Those of these measures that are looked at; of several of a name the first."""
    by_name: dict[str, ToldMeasure] = {}
    for one in _measures(found):
        by_name.setdefault(one.name, one)
    return [_fact(title, by_name[name], found) for name, title in wanted if name in by_name]


def tables(found: Looked) -> list[Fact]:
    """The largest tables, the largest first."""
    known = [one for one in _measures(found) if one.name == TABLE and one.value is not None]
    largest = sorted(known, key=lambda one: -(one.value or 0.0))[:MOST_TABLES]
    return [_fact(one.labels["table"], one, found) for one in largest]


def workers(*, at: datetime, hidden: Hidden) -> list[WorkerLine]:
    """The nodes that are remembered, and what each runs. Three statements."""
    by_node: dict[str, list[str]] = {}
    for one in queues.running(hidden=hidden):
        by_node.setdefault(one.work.node, []).append(f"{one.work.kind} {one.title}")
    found = [one for one in nodes.node_lines(at=at) if one.node.state != "left"]
    return [WorkerLine(one, _doing(one, by_node)) for one in found]


def _doing(one: nodes.NodeLine, by_node: Mapping[str, list[str]]) -> str:
    running = by_node.get(one.node.name, [])
    if one.node.state == "lost":
        return "its heartbeat stopped"
    if running:
        more = len(running) - 1
        return running[0] + (f" and {more} more" if more else "")
    return "idle" if not one.node.outstanding else f"holds {one.node.outstanding}"


def _fact(title: str, one: ToldMeasure, found: Looked) -> Fact:
    glyph = GLYPHS[one.state] if one.state in ("amber", "red") else ""
    return Fact(title, one.name, measure_value(one), one.reason, glyph, found.at(one))


def _measures(found: Looked) -> Iterable[ToldMeasure]:
    return (one for part in found.health.parts for one in part.measures)
