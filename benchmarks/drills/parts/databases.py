"""Copies of a database, and what the runs over two of them say."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

Row = tuple[object, ...]

# What must be equal after any number of kills: all columns but ids of rows and the time on the wall.
KEY = "s.version_id, s.instrument_id, s.bar_time, s.side"
SAME = {
    "signals": f"SELECT {KEY}, to_jsonb(s) - 'id' - 'created_at' FROM signals_signal s ORDER BY {KEY}",
    "outcomes": f"""
        SELECT {KEY}, to_jsonb(o) - 'signal_id' - 'settled_at'
        FROM signals_outcome o JOIN signals_signal s ON s.id = o.signal_id ORDER BY {KEY}""",
    "revisions of outcomes": "SELECT count(*) FROM signals_outcomerevision",
    "progress": """
        SELECT version_id, venue_id, shard, to_jsonb(p) - 'id' - 'epoch' - 'updated_at'
        FROM signals_progress p ORDER BY version_id, venue_id, shard""",
    # How work is cut into evaluations depends on the kills; what they cover together does not.
    "evaluations": """
        SELECT version_id, kind, min(first_bar), max(last_bar), sum(bars), sum(published), sum(rejected),
               sum(settled), sum(passed_over)
        FROM signals_evaluation GROUP BY version_id, kind ORDER BY version_id, kind""",
    "notices": """
        SELECT topic, subject, payload - 'cause' FROM notices_notice
        WHERE topic LIKE 'signal.%' ORDER BY topic, subject""",
}
COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_name = %s AND column_name <> 'id'
"""


def copy_database(url: str, name: str, *, of: str) -> str:
    """Make database `name` as a copy of the database `of`, which nobody may be using; returns its URL."""
    with psycopg.connect(url_of(url, "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(of))
        )
    return url_of(url, name)


def url_of(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def contents(url: str) -> dict[str, list[Row]]:
    """All that must be the same, by what it is."""
    with psycopg.connect(url) as connection:
        return {name: connection.execute(query.encode()).fetchall() for name, query in SAME.items()}


def differences(found: dict[str, list[Row]], expected: dict[str, list[Row]]) -> list[str]:
    """What differs, with the first row of each side; empty if nothing does."""
    return [
        f"{name}: {_first_apart(found[name], expected[name])}"
        for name in expected
        if found[name] != expected[name]
    ]


def _first_apart(found: Sequence[Row], expected: Sequence[Row]) -> str:
    for left, right in zip(found, expected, strict=False):
        if left != right:
            return f"{left} instead of {right}"
    return f"{len(found)} rows instead of {len(expected)}"


def lost_and_doubled(found: dict[str, list[Row]], expected: dict[str, list[Row]]) -> tuple[int, int]:
    """How many rows are missing, and how many there are that should not be; a changed one is both."""
    lost = doubled = 0
    for name in expected:
        here, there = _counted(found[name]), _counted(expected[name])
        lost, doubled = lost + (there - here).total(), doubled + (here - there).total()
    return lost, doubled


def open_doors(url: str) -> list[str]:
    """The tables that take a second row of the same thing, a line each; empty if all refuse it."""
    with psycopg.connect(url) as connection:
        return [
            f"{table} takes a second row of the same thing"
            for table in (
                "signals_signal",
                "notices_notice",
                "notices_delivery",
                "notices_sending",
                "fleet_ring",
            )
            if _takes_double(connection, table)
        ]


def _takes_double(connection: psycopg.Connection[Row], table: str) -> bool:
    found = connection.execute(COLUMNS, [table]).fetchone()
    assert found
    statement = f"INSERT INTO {table} ({found[0]}) SELECT {found[0]} FROM {table} LIMIT 1"
    try:
        return connection.execute(statement.encode()).rowcount == 1
    except psycopg.errors.UniqueViolation:
        return False
    finally:
        connection.rollback()


def _counted(rows: Iterable[Row]) -> "Counter[str]":
    return Counter(json.dumps(row, default=str, sort_keys=True) for row in rows)
