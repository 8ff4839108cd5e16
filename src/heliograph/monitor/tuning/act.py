"""Does what was advised while everybody works, keeps what it did, and takes back what does not help."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import DatabaseError

from heliograph.errors import Conflict, HeliographError
from heliograph.kit.direct import direct
from heliograph.monitor.tuning.advice import Advice
from heliograph.monitor.tuning.asked import cost_of, quoted, rows, rows_of_none
from heliograph.monitor.tuning.models import Act
from heliograph.monitor.tuning.tables import ROWS

# Nobody waits behind us for longer.
LOCK_TIMEOUT = "3s"
# Any number that nothing else locks by.
TUNING = 4_215_041
# How much cheaper a plan becomes at the least, or the index goes again.
PAYS = 2.0
INVALID = """
SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relname = ANY(%s) AND c.relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
"""
SIZE = "SELECT coalesce(pg_relation_size(to_regclass(%s)), 0)"
INDEX = re.compile(r"INDEX (?:CONCURRENTLY )?(\"[^\"]+\")")


class InTransaction(HeliographError):
    """Indexes are made and tables cleaned beside the work, which no transaction may be around."""


class BeingTuned(Conflict):
    """Somebody else tunes this database at the moment."""


def act_on_all(advice: Sequence[Advice], *, by: str, at: datetime) -> Iterator[Act]:
    """Do what of it is safe, one after the other; each is kept before the next begins."""
    for one in advice:
        if one.is_safe and one.statement:
            yield act_on(one, by=by, at=at)


def act_on(advice: Advice, *, by: str, at: datetime) -> Act:
    """Do one thing, measured before and after."""
    if direct().in_atomic_block:
        raise InTransaction(InTransaction.__doc__)
    with _alone():
        before = _measured(advice)
        began = time.monotonic()
        state, error = Act.State.DONE, _fault_of(advice.statement)
        seconds = time.monotonic() - began
        after = {} if error else _measured(advice)
        if error:
            state = Act.State.FAILED
            _clear_away(advice)
        elif _does_not_help(before, after):
            state, error = Act.State.TAKEN_BACK, "the plan of the query did not become cheaper by half"
            if fault := _fault_of(advice.undo):
                state, error = Act.State.DONE, f"{error}, and it could not be taken back: {fault}"
    return Act.objects.create(
        at=at,
        by=by[:128],
        kind=advice.kind,
        subject=advice.subject[:200],
        statement=advice.statement,
        undo="" if state == Act.State.FAILED else advice.undo,
        state=state,
        error=error,
        seconds=seconds,
        before=before,
        after=after,
    )


@contextmanager
def _alone() -> Iterator[None]:
    """One tunes at a time. Whoever holds a lock that we need goes first; what takes long may."""
    if not rows("SELECT pg_try_advisory_lock(%s)", [TUNING])[0][0]:
        raise BeingTuned(BeingTuned.__doc__)
    try:
        rows_of_none(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        rows_of_none("SET statement_timeout = 0")
        yield
    finally:
        rows_of_none("RESET lock_timeout")
        rows_of_none("RESET statement_timeout")
        rows("SELECT pg_advisory_unlock(%s)", [TUNING])


def _fault_of(statement: str) -> str:
    """Run it; what went wrong in a line, empty where nothing did."""
    try:
        rows_of_none(statement)
        if statement.startswith("ALTER SYSTEM"):
            rows_of_none("SELECT pg_reload_conf()")
    except DatabaseError as fault:
        return str(fault).strip().splitlines()[0]
    return ""


def _clear_away(advice: Advice) -> None:
    """An index whose making failed is kept up by every write and used by nobody."""
    if advice.statement.startswith("CREATE "):
        for (name,) in rows(INVALID, [[_index_of(advice).strip('"')]]):
            # Where that cannot be done now, the next look advises it.
            _fault_of(f"DROP INDEX CONCURRENTLY {quoted(name)}")


def _measured(advice: Advice) -> dict[str, float]:
    """The cost of the plan where it is for a query, the size of an index, the rows of a table."""
    found: dict[str, float] = {}
    if advice.kind.endswith("index"):
        ((found["bytes"],),) = rows(SIZE, [_index_of(advice)])
    if advice.query and (cost := cost_of(advice.query)) is not None:
        found["cost"] = cost
    if advice.kind in ("dead rows", "old statistics"):
        rows_of_none("SELECT pg_stat_force_next_flush()")
        for table, live, dead, changed, _ in rows(ROWS, [0]):
            if table == advice.subject:
                found |= {"live_rows": live, "dead_rows": dead, "changed_rows": changed}
    return found


def _index_of(advice: Advice) -> str:
    """The name of the index, in quotes, that it makes, drops or mends."""
    found = INDEX.search(advice.statement)
    return found[1] if found else ""


def _does_not_help(before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    return "cost" in before and "cost" in after and after["cost"] * PAYS > before["cost"]
