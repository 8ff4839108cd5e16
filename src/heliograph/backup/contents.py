"""What is in a database: of each table how many rows, and a hash of them that no order of rows changes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import psycopg
from psycopg import sql

# Partitions are counted with what they are parts of.
TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
ORDER BY c.relname
"""
# The text of a row depends on nothing but these.
SETTINGS = ("SET TimeZone = 'UTC'", "SET DateStyle = 'ISO'", "SET extra_float_digits = 1")
HASH = """
SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM {} AS t
"""
Session: TypeAlias = "psycopg.Connection[tuple[object, ...]]"
Say: TypeAlias = Callable[[int, int, str], None]
Contents = Mapping[str, tuple[int, str]]


@contextmanager
def frozen(url: str) -> Iterator[tuple[Session, str]]:
    """A session that sees the database as it is now until it ends, and the name of what it sees."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for setting in SETTINGS:
            connection.execute(setting)
        (name,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        yield connection, str(name)


def contents(connection: Session, *, say: Say | None = None) -> Contents:
    """Rows and hash of each table, as the session sees them; `say` hears how many tables are done."""
    tables = [str(name) for (name,) in connection.execute(TABLES)]
    found: dict[str, tuple[int, str]] = {}
    for number, table in enumerate(tables):
        if say:
            say(number, len(tables), table)
        row = connection.execute(sql.SQL(HASH).format(sql.Identifier(table))).fetchone()
        assert row
        found[table] = (int(str(row[0])), str(row[1]))
    return found


def differences(found: Contents, expected: Contents) -> list[str]:
    """A line for each table that is not as expected; empty if all are."""
    lines = []
    for table in sorted({*found, *expected}):
        here, there = found.get(table), expected.get(table)
        if here == there:
            continue
        if here is None or there is None:
            lines.append(f"{table} is {'missing' if here is None else 'not in the backup'}")
        elif here[0] != there[0]:
            lines.append(f"{table} has {here[0]:,} rows instead of {there[0]:,}")
        else:
            lines.append(f"{table} has rows that differ")
    return lines
