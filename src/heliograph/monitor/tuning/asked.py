"""Asking the server: rows, names in quotes, and the plan of a statement whose values are not known.

By a session of its own: limits are set for it, and statements prepared in it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, transaction

from heliograph.kit.direct import direct, direct_alias

NAME = "heliograph_tuning"
PLAIN = re.compile(r"\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b", re.IGNORECASE)
SECONDS = 5
# The plan of a prepared statement for any values, whatever its values: also before PostgreSQL 16.
GENERIC = f"SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL statement_timeout = '{SECONDS}s'"
PARAMETERS = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = %s"

Plan = Mapping[str, Any]


def rows(
    statement: str, values: Mapping[str, object] | Sequence[object] | None = None
) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with direct().cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def quoted(name: str) -> str:
    """A name as a statement has it."""
    return '"' + name.replace('"', '""') + '"'


def plan_of(query: str) -> Plan | None:
    """How the server would go about it, for values that it does not know; None where it does not say.

    Only one statement that looks or changes rows is planned, and none is run.
    """
    query = query.strip().rstrip(";")
    if not PLAIN.match(query) or ";" in query:
        return None
    try:
        with _prepared(query) as number, direct().cursor() as cursor:
            values = f"({', '.join(['NULL'] * number)})" if number else ""
            cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE {NAME}{values}")
            told = cursor.fetchone()[0]
    except DatabaseError:
        # Of statements whose constants were taken out some can be prepared no more.
        return None
    found: Plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return found


@contextmanager
def _prepared(query: str) -> Iterator[int]:
    """The statement, prepared under our name; how many values it takes."""
    try:
        with transaction.atomic(using=direct_alias()), direct().cursor() as cursor:
            cursor.execute(GENERIC)
            cursor.execute(f"PREPARE {NAME} AS {query}")
            cursor.execute(PARAMETERS, [NAME])
            yield cursor.fetchone()[0]
    finally:
        # What is prepared outlives its transaction.
        if rows("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [NAME]):
            rows_of_none(f"DEALLOCATE {NAME}")


def rows_of_none(statement: str) -> None:
    """Run a statement that answers no rows."""
    with direct().cursor() as cursor:
        cursor.execute(statement)


def cost_of(query: str) -> float | None:
    """What the server thinks that its plan costs, in its own unit."""
    plan = plan_of(query)
    return None if plan is None else float(plan["Total Cost"])


def nodes_of(plan: Plan) -> Iterator[Plan]:
    """The plan and all that it is made of."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes_of(inner)
