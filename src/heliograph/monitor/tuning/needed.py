"""The indexes that our migrations make, and whether the database has them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunSQL, SeparateDatabaseAndState

from heliograph.monitor.tuning.asked import quoted, rows

MADE = re.compile(
    r"CREATE (UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?\"?(\w+)\"? ON \"?(\w+)\"?([^;]*)",
    re.IGNORECASE,
)
DROPPED = re.compile(r"DROP INDEX (?:CONCURRENTLY )?(?:IF EXISTS )?\"?(\w+)\"?", re.IGNORECASE)
# Those in use, and those that a statement left behind which failed.
THERE = """
SELECT c.relname, i.indisvalid
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace
"""
TABLES = """
SELECT relname, relkind = 'p' FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
"""


@dataclass(frozen=True, slots=True)
class Lacking:
    """An index that the code needs and the database does not have, or not whole, and what mends that."""

    name: str
    table: str
    is_invalid: bool
    statement: str


@cache
def needed() -> dict[str, str]:
    """The statement of each index, by name: those of the models and those that migrations write as SQL."""
    return {name: statement for name, statement in (*_of_models(), *_of_sql())}


def lacking() -> list[Lacking]:
    """What is missing or invalid, by name."""
    there = dict(rows(THERE))
    # By table, whether it has parts; of tables that are not there nothing lacks.
    tables = dict(rows(TABLES))
    found = []
    for name, statement in sorted(needed().items()):
        if there.get(name):
            continue
        match = MADE.search(statement)
        assert match is not None
        unique, _, table, rest = match.groups()
        if table not in tables:
            continue
        how = "" if tables[table] else "CONCURRENTLY "
        made = f"CREATE {unique or ''}INDEX {how}{quoted(name)} ON {quoted(table)}{rest}".rstrip()
        again = f"REINDEX INDEX {how}{quoted(name)}"
        found.append(Lacking(name, table, name in there, again if name in there else made))
    return found


def _of_models() -> Iterator[tuple[str, str]]:
    """By the statements with which Django would make the tables; none is run."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
    for statement in editor.collected_sql:
        match = MADE.match(statement)
        # Where a migration made the table by SQL of its own, its indexes are of that SQL.
        if match and match[3] not in _tables_of_sql():
            yield match[2], statement.rstrip(";")


def _of_sql() -> Iterator[tuple[str, str]]:
    found: dict[str, str] = {}
    for statement in _statements():
        for match in re.finditer(rf"{MADE.pattern}|{DROPPED.pattern}", statement, re.IGNORECASE):
            if match[2]:
                found[match[2]] = match[0].strip()
            else:
                found.pop(match[5], None)
    yield from found.items()


@cache
def _tables_of_sql() -> frozenset[str]:
    made = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?\"?(\w+)\"?", re.IGNORECASE)
    return frozenset(name for statement in _statements() for name in made.findall(statement))


@cache
def _statements() -> tuple[str, ...]:
    """What our migrations write as SQL, in their order."""
    executor = MigrationExecutor(connection)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("heliograph.")}
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return tuple(
        sql
        for migration, _ in plan
        if migration.app_label in ours
        for operation in _flat(migration.operations)
        if isinstance(operation, RunSQL)
        for sql in _texts(operation.sql)
    )


def _flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    for one in operations:
        if isinstance(one, SeparateDatabaseAndState):
            yield from _flat(one.database_operations)
        else:
            yield one


def _texts(sql: object) -> Iterator[str]:
    if isinstance(sql, str):
        yield sql
    else:
        for one in sql:  # type: ignore[attr-defined]
            yield one if isinstance(one, str) else one[0]
