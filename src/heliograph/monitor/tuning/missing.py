"""Indexes that are missing: large tables that are read through for few of their rows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import md5

from django.db import transaction

from heliograph.monitor.tuning.advice import Advice
from heliograph.monitor.tuning.asked import Plan, nodes_of, plan_of, quoted, rows
from heliograph.monitor.tuning.statements import Statement

# Smaller tables are read through faster than by an index; what is asked seldom does not pay for one.
LEAST_ROWS, LEAST_CALLS = 10_000, 5
# Of the rows of the table, that a condition leaves.
FEW = 0.02
# How much cheaper the plan becomes at the least.
PAYS = 2.0
MOST_COLUMNS = 3
LONGEST_NAME = 63
TABLES = """
SELECT c.relname, c.reltuples, coalesce(parent.relname, c.relname)
FROM pg_class AS c
LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid AND c.relispartition
LEFT JOIN pg_class AS parent ON parent.oid = i.inhparent
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.reltuples >= %s
"""
COLUMNS = """
SELECT c.relname, a.attname, coalesce(s.n_distinct, 0)
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
LEFT JOIN pg_stats AS s
  ON s.schemaname = current_schema() AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relname = ANY(%s)
"""
LEADING = """
SELECT c.relname, a.attname
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
WHERE c.relnamespace = current_schema()::regnamespace AND i.indisvalid AND i.indpred IS NULL
"""
# One condition of a filter: a column, an operator, and something that is not of the table.
TERM = re.compile(r"^\(*(?:\"?\w+\"?\.)?\"?(\w+)\"?\)?(?:::[\w ]+)?\)? (=|<=|>=|<|>) (\(?\$\d|ANY \(|'|-?\d)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An index that statements would use."""

    table: str
    columns: tuple[str, ...]
    rows: float
    is_partition: bool

    @property
    def name(self) -> str:
        """The same for the same columns, so that it is not made twice."""
        words = f"tuned_{self.table}_{'_'.join(self.columns)}"
        digest = md5(words.encode(), usedforsecurity=False).hexdigest()[:8]
        return words if len(words) <= LONGEST_NAME else f"{words[: LONGEST_NAME - 9]}_{digest}"

    def statement(self, *, concurrently: bool) -> str:
        """What makes it."""
        how = " CONCURRENTLY" if concurrently else ""
        names = ", ".join(map(quoted, self.columns))
        return f"CREATE INDEX{how} {quoted(self.name)} ON {quoted(self.table)} ({names})"


def missing_indexes(statements: Iterable[Statement]) -> list[Advice]:
    """An index for each condition by which statements read through a large table for few rows."""
    tables = {name: (count, parent) for name, count, parent in rows(TABLES, [LEAST_ROWS])}
    if not tables:
        return []
    distinct = {(table, column): number for table, column, number in rows(COLUMNS, [list(tables)])}
    leading = set(rows(LEADING))
    # Only these are planned: what cannot be planned is an error in the log of the server.
    names = {*tables, *(parent for _, parent in tables.values())}
    large = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
    found: dict[Wanted, list[tuple[Statement, Plan]]] = {}
    for one in statements:
        plan = plan_of(one.text) if one.calls >= LEAST_CALLS and large.search(one.text) else None
        for wanted in _wanted(plan, tables, distinct) if plan else ():
            if (wanted.table, wanted.columns[0]) not in leading:
                found.setdefault(wanted, []).append((one, plan))
    return [advice for wanted in _longest(found) if (advice := _advice(wanted, found[wanted]))]


def _wanted(
    plan: Plan, tables: dict[str, tuple[float, str]], distinct: dict[tuple[str, str], float]
) -> Iterator[Wanted]:
    for node in nodes_of(plan):
        table = node.get("Relation Name", "")
        if node["Node Type"] != "Seq Scan" or table not in tables or "Filter" not in node:
            continue
        count, parent = tables[table]
        columns = _columns(node["Filter"], table, distinct)
        # Workers share the rows of a scan in parallel: four of them at the most.
        share = node["Plan Rows"] * (4 if node.get("Parallel Aware") else 1) / count
        if columns and share <= FEW:
            yield Wanted(parent, columns, count, is_partition=parent != table)


def _columns(condition: str, table: str, distinct: dict[tuple[str, str], float]) -> tuple[str, ...]:
    """The columns that are compared: by equality, those with most values foremost, then one by range."""
    equal, ranged = [], []
    for term in _terms(condition):
        match = TERM.match(term)
        if match and (table, match[1]) in distinct:
            (equal if match[2] == "=" else ranged).append(match[1])
    equal = sorted(dict.fromkeys(equal), key=lambda column: -_values(distinct[table, column]))
    return tuple([*equal, *[one for one in ranged if one not in equal][:1]][:MOST_COLUMNS])


def _values(distinct: float) -> float:
    """PostgreSQL writes a share of the rows as a number below zero."""
    return distinct if distinct >= 0 else float("inf") * -distinct


def _terms(condition: str) -> list[str]:
    """The conditions that must all hold; a single one, where others may hold instead, is none."""
    inner = condition[1:-1] if condition.startswith("((") or " AND " in condition else condition
    depth, start, found = 0, 0, []
    for place, letter in enumerate(inner):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and inner.startswith(" AND ", place):
            found.append(inner[start:place])
            start = place + 5
        if depth == 0 and inner.startswith(" OR ", place):
            return []
    return [*found, inner[start:]]


def _longest(found: Iterable[Wanted]) -> list[Wanted]:
    """Without those whose columns another begins with."""
    return [
        one
        for one in found
        if not any(
            other.table == one.table
            and len(other.columns) > len(one.columns)
            and other.columns[: len(one.columns)] == one.columns
            for other in found
        )
    ]


def _advice(wanted: Wanted, asked: Sequence[tuple[Statement, Plan]]) -> Advice | None:
    worst, plan = max(asked, key=lambda pair: pair[0].total_ms)
    before = float(plan["Total Cost"])
    after = _cost_with(wanted, worst)
    if after is not None and after * PAYS > before:
        return None
    calls = sum(one.calls for one, _ in asked)
    measured = {"calls": calls, "mean_ms": round(worst.mean_ms, 3), "cost": before, "rows": wanted.rows}
    measured["total_ms"] = round(worst.total_ms, 1)
    if after is not None:
        measured["cost_with_it"] = after
    by_hand = (
        "; the table is partitioned: make it in a migration, month by month" if wanted.is_partition else ""
    )
    return Advice(
        "missing index",
        f"{wanted.table} ({', '.join(wanted.columns)})",
        f"{calls:,} calls read through {wanted.rows:,.0f} rows for few of them{by_hand}",
        statement=wanted.statement(concurrently=not wanted.is_partition),
        undo=f"DROP INDEX CONCURRENTLY {quoted(wanted.name)}",
        is_safe=not wanted.is_partition,
        measured=measured,
        query=worst.text,
    )


def _cost_with(wanted: Wanted, statement: Statement) -> float | None:
    """The cost with an index that is only imagined, where the server has hypopg; else None."""
    if wanted.is_partition or not rows("SELECT 1 FROM pg_extension WHERE extname = 'hypopg'"):
        return None
    with transaction.atomic():
        rows("SELECT hypopg_create_index(%s)", [wanted.statement(concurrently=False)])
        try:
            plan = plan_of(statement.text)
        finally:
            rows("SELECT hypopg_reset()")
    return None if plan is None else float(plan["Total Cost"])
