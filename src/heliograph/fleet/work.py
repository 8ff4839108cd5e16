"""The ledger of work: who works at what, how often it failed in a row, and what is parked.

What is due stands in the rows of the rooms. The ledger only keeps two workers from doing the same thing at
once, and poison from going round for ever.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error, connection
from django.db.models import Q, QuerySet

from heliograph.errors import NotFound
from heliograph.fleet.models import Work
from heliograph.fleet.vouch import HERE

State = Work.State

MOST_TRIES = 3
# A worker that goes down as a whole is rarely the fault of its work; so often in a row it may be.
MOST_INTERRUPTIONS = 10
# Seconds until the next try after the first, the second failure in a row, and after any later one.
RESTS = (2.0, 10.0, 60.0)
# A holder that still vouches for itself is taken for stuck after this; no task may run for longer.
LONGEST = timedelta(seconds=150)
# Kinds of which a piece is parked. Others, such as the asking of exchanges, are the only ones that do what
# they do: they go on being tried, ever more rarely.
PARKED_KINDS = ("generate",)
# Kinds that may run for as long as they vouch for themselves.
LONG_KINDS = ("run_jobs",)
# What took its process along without a word may have been killed from outside. It is parked like any other,
# and tried again by itself after ever longer rests: seconds after the third, the fourth time and so on.
PAROLE_RESTS = (60.0, 120.0, 240.0, 480.0, 960.0, 1_920.0, 3_600.0)
VANISHED = "Its worker process died while it worked at this, without a word."
INTERRUPTED = "Its whole worker, or the database, went down while it worked at this."
SILENT = (VANISHED, INTERRUPTED)

TAKE = """
INSERT INTO fleet_work AS w
    (kind, key, state, tries, interruptions, node, holder, started_at, error, traceback)
SELECT %(kind)s, key, 'running', 0, 0, %(node)s, %(holder)s, %(at)s, '', ''
FROM unnest(%(keys)s::text[]) AS key ORDER BY key
ON CONFLICT (kind, key) DO UPDATE
SET state = 'running', node = excluded.node, holder = excluded.holder, started_at = excluded.started_at,
    taken_at = clock_timestamp()
WHERE w.state = 'failed' AND coalesce(w.not_before <= %(at)s, true) AND (w.tries = 0 OR %(alone)s)
RETURNING key
"""
# Both locks are asked for: that of the process, and that of the main process of its node (see vouch.py).
# Where that one is younger than the work the database ended all sessions: the process may well have lived.
VANISH = """
WITH locks AS MATERIALIZED (
    SELECT classid::bigint AS node, objid::bigint AS process, backend_start AS since
    FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), gone AS (
    SELECT w.id,
           (w.taken_at < clock_timestamp() - %(longest)s AND w.kind <> ALL(%(long)s)
            OR EXISTS (SELECT 1 FROM locks l WHERE l.node = w.holder >> 32 AND l.process = 0
                       AND coalesce(l.since <= w.taken_at, true))) AS is_try
    FROM fleet_work w
    WHERE w.state = 'running' AND (
        w.taken_at < clock_timestamp() - %(longest)s AND w.kind <> ALL(%(long)s)
        OR w.holder <> 0 AND NOT EXISTS (
            SELECT 1 FROM locks l WHERE l.node = w.holder >> 32 AND l.process = w.holder & 4294967295))
    ORDER BY w.id FOR UPDATE SKIP LOCKED
), counted AS (
    SELECT w.id, g.is_try, w.tries + g.is_try::int AS tries,
           w.interruptions + (NOT g.is_try)::int AS interruptions
    FROM gone g JOIN fleet_work w USING (id)
)
UPDATE fleet_work w
SET tries = c.tries, interruptions = c.interruptions, holder = 0,
    state = CASE WHEN w.kind = ANY(%(parked)s)
                      AND (c.tries >= %(most_tries)s OR c.interruptions >= %(most_interruptions)s)
                 THEN 'parked' ELSE 'failed' END,
    not_before = CASE WHEN w.kind = ANY(%(parked)s)
                           AND (c.is_try OR c.interruptions >= %(most_interruptions)s)
                 THEN %(at)s + interval '1 s' * (%(rests)s::float8[])[least(
                      greatest(c.tries, c.interruptions - %(most_interruptions)s + %(most_tries)s),
                      cardinality(%(rests)s::float8[]))]
                 ELSE %(at)s END,
    error = CASE WHEN c.is_try THEN %(vanished)s ELSE %(interrupted)s END, traceback = ''
FROM counted c WHERE w.id = c.id
RETURNING w.kind, w.key, w.state
"""
PAROLE = """
UPDATE fleet_work SET state = 'failed'
WHERE state = 'parked' AND error = ANY(%(silent)s) AND not_before <= %(at)s
"""
FAIL = """
UPDATE fleet_work
SET tries = tries + 1, holder = 0, error = %(error)s, traceback = %(traceback)s,
    state = CASE WHEN %(parks)s AND tries + 1 >= %(most_tries)s THEN 'parked' ELSE 'failed' END,
    not_before = %(at)s + interval '1 s' * (%(rests)s::float8[])[least(tries + 1, 3)]
WHERE kind = %(kind)s AND key = %(key)s AND state = 'running' AND holder = %(holder)s
"""


class NoSuchWork(NotFound):
    """The ledger has no such piece of work."""

    def __init__(self, key: str):
        super().__init__(f"No work '{key}' failed or is parked; `heliograph work list` shows what there is.")


@dataclass(frozen=True, slots=True)
class Fit:
    """Which pieces may be sent now: those that failed before go alone, so that they take no other along.

    `running` are those that a worker is at.
    """

    together: list[str]
    alone: list[str]
    running: list[str]


def begin(kind: str, keys: Sequence[str], *, node: str, at: datetime) -> list[str]:
    """Take pieces of work; returns those that may run now. They are this process's until it says how it went.

    One that another process is at, that rests after a failure or is parked is left out; so is one that failed
    before, unless it is asked for alone.
    """
    if not keys:
        return []
    values = {
        "kind": kind,
        "keys": list(keys),
        "node": node,
        "holder": HERE.vouch(),
        "at": at,
        "alone": len(keys) == 1,
    }
    try:
        taken = _take(values)
        if len(taken) < len(set(keys)) and note_vanished(at=at):
            taken |= _take(values | {"keys": [key for key in keys if key not in taken]})
    except Error:
        # It may have been taken, and only the answer lost.
        HERE.end()
        raise
    return [key for key in keys if key in taken]


def succeed(kind: str, keys: Sequence[str]) -> None:
    """These are done: their failures before are forgotten."""
    if keys:
        _tell(lambda: _own(kind, keys).delete())


def fail(kind: str, key: str, *, error: str, traceback: str, at: datetime) -> None:
    """This one failed; it is tried again after a rest, alone, or parked if it was the third time in a row."""
    values = {
        "kind": kind,
        "key": key,
        "holder": HERE.number,
        "error": error,
        "traceback": traceback,
        "parks": kind in PARKED_KINDS,
        "most_tries": MOST_TRIES,
        "rests": list(RESTS),
        "at": at,
    }
    _tell(lambda: _execute(FAIL, values))


def give_back(kind: str, keys: Sequence[str], *, at: datetime) -> None:
    """These were not done for a reason outside them, such as a database that went away: no try is counted."""
    _tell(lambda: _own(kind, keys).update(state=State.FAILED, holder=0, not_before=at))


def note_vanished(*, at: datetime) -> list[tuple[str, str, str]]:
    """Finds work whose process is gone and counts it: kind, key and the state that it has now.

    A process that died alone may have been killed by its work: that is a try. Where its whole node went down,
    or the database, it is none, only an interruption.
    """
    values = {
        "at": at,
        "longest": LONGEST,
        "long": list(LONG_KINDS),
        "parked": list(PARKED_KINDS),
        "most_tries": MOST_TRIES,
        "most_interruptions": MOST_INTERRUPTIONS,
        "rests": [*RESTS[:-1], *PAROLE_RESTS],
        "vanished": VANISHED,
        "interrupted": INTERRUPTED,
    }
    with connection.cursor() as rows:
        rows.execute(VANISH, values)
        return rows.fetchall()


def parole(*, at: datetime) -> int:
    """Let work that was parked because its process died be tried again, if it has rested; how many pieces.

    Its failures stay counted: should it take another process along, it is parked again at once, for longer.
    """
    with connection.cursor() as rows:
        rows.execute(PAROLE, {"silent": list(SILENT), "at": at})
        return int(rows.rowcount)


def fit(kind: str, keys: Sequence[str], *, at: datetime) -> Fit:
    """Which of these may be sent to workers now; their processes that are gone are counted first."""
    note_vanished(at=at)
    known = {row.key: row for row in Work.objects.filter(kind=kind, key__in=keys)}
    ready = [
        key
        for key in keys
        if (row := known.get(key)) is None
        or (row.state == State.FAILED and (row.not_before is None or row.not_before <= at))
    ]
    alone = [key for key in ready if key in known and known[key].tries]
    running = [key for key in keys if key in known and known[key].state == State.RUNNING]
    return Fit([key for key in ready if key not in set(alone)], alone, running)


def work_list(*, states: Collection[str] = ()) -> list[Work]:
    """What runs, failed, is parked or dropped (or only those of some states), newest first."""
    found = Work.objects.order_by("-started_at", "key")
    return list(found.filter(state__in=states) if states else found)


def retry(key: str | None, *, at: datetime) -> int:
    """Let a piece of work (None: all that is parked) be tried again, three times; returns how many."""
    asleep = Work.objects.filter(state__in=(State.FAILED, State.PARKED, State.DROPPED))
    chosen = asleep.filter(key=key) if key is not None else asleep.filter(state=State.PARKED)
    woken = chosen.update(state=State.FAILED, tries=0, interruptions=0, not_before=at)
    if key is not None and not woken:
        raise NoSuchWork(key)
    return woken


def drop(key: str) -> int:
    """Do not try a failing piece of work any more. Its row stays, as it is what keeps it from being tried."""
    asleep = Q(state__in=(State.FAILED, State.PARKED, State.DROPPED), kind__in=PARKED_KINDS)
    dropped = Work.objects.filter(asleep, key=key).update(state=State.DROPPED)
    if not dropped:
        raise NoSuchWork(key)
    return dropped


def _take(values: Mapping[str, object]) -> set[str]:
    with connection.cursor() as rows:
        rows.execute(TAKE, values)
        return {key for (key,) in rows.fetchall()}


def _execute(statement: str, values: Mapping[str, object]) -> None:
    with connection.cursor() as rows:
        rows.execute(statement, values)


def _tell(write: Callable[[], object]) -> None:
    """Say how work went, on a new connection where the old one was lost.

    Who cannot say it gives up its lock: a process that lives, but is at something else, would keep its work
    from all others.
    """
    try:
        write()
    except Error:
        if connection.in_atomic_block:
            raise
        connection.close()
        try:
            write()
        except Error:
            HERE.end()
            raise


def _own(kind: str, keys: Sequence[str]) -> QuerySet[Work]:
    """Rows of these keys that this process holds."""
    return Work.objects.filter(kind=kind, key__in=keys, state=State.RUNNING, holder=HERE.number)
