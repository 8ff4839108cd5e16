"""Applies migrations under programs that run: a lock that is not to be had is given up and asked for later.

While a change of a table waits for its lock, everybody who comes after it waits too. So it waits briefly,
lets the others through, and tries again.
"""

import time
from collections.abc import Callable, Sequence
from itertools import groupby

from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from psycopg.errors import LockNotAvailable

from heliograph.errors import SourceError
from heliograph.kit.migrating.holders import watching
from heliograph.kit.migrating.phases import name_of

Say = Callable[[str], None]
LOCK_SECONDS = 2.0
TRIES = 30
# Others get so long to go on before it is tried again.
REST_SECONDS = 1.0
INVALID = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relname = ANY(%s)
"""


class LockNotHad(SourceError):
    """A migration did not get the lock of a table, however often it tried."""


def apply(
    connection: BaseDatabaseWrapper,
    migrations: Sequence[Migration],
    *,
    say: Say = lambda _: None,
    lock_seconds: float = LOCK_SECONDS,
    tries: int = TRIES,
) -> None:
    """Apply these, which are in order and lack nothing; LockNotHad if one could not have its lock."""
    plan = [(one, False) for one in migrations]
    emit_pre_migrate_signal(0, False, connection.alias, plan=plan)
    # Apart: building an index beside the work waits for others by its nature, and holds up nobody.
    for is_beside, some in groupby(migrations, key=_is_beside):
        _apply_run(connection, list(some), seconds=0 if is_beside else lock_seconds, tries=tries, say=say)
    emit_post_migrate_signal(0, False, connection.alias, plan=plan)


def _apply_run(
    connection: BaseDatabaseWrapper, run: Sequence[Migration], *, seconds: float, tries: int, say: Say
) -> None:
    number = 0
    while left := _left(connection, run):
        # Those that were applied since the last try stay.
        number = number + 1 if len(left) == len(run) else 1
        run = left
        _drop_halves(connection, run)
        with watching(connection) as holders:
            try:
                _apply(connection, run, seconds=seconds)
                return
            except OperationalError as fault:
                if not isinstance(fault.__cause__, LockNotAvailable):
                    raise
        name, holder = name_of(_left(connection, run)[0]), holders.told or "a session that is gone"
        if number >= tries:
            raise LockNotHad(
                f"{name} did not get its lock in {tries} tries: {holder} holds it. "
                "End that session, or try again when it is done."
            )
        say(f"{name} waits for a lock that {holder} holds; try {number} of {tries}")
        time.sleep(REST_SECONDS)


def _left(connection: BaseDatabaseWrapper, run: Sequence[Migration]) -> list[Migration]:
    applied = MigrationRecorder(connection).applied_migrations()
    return [one for one in run if (one.app_label, one.name) not in applied]


def _apply(connection: BaseDatabaseWrapper, run: Sequence[Migration], *, seconds: float) -> None:
    _set_lock_timeout(connection, seconds)
    try:
        MigrationExecutor(connection).migrate([], plan=[(one, False) for one in run])
    finally:
        _set_lock_timeout(connection, 0)


def _set_lock_timeout(connection: BaseDatabaseWrapper, seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds * 1000:.0f}"])


def _is_beside(migration: Migration) -> bool:
    return any(type(one).__name__.endswith("Concurrently") for one in migration.operations)


def _drop_halves(connection: BaseDatabaseWrapper, run: Sequence[Migration]) -> None:
    """An index whose building was cut off stays, of use to nobody, in the way of the next try."""
    names = [
        one.index.name
        for migration in run
        for one in migration.operations
        if isinstance(one, AddIndexConcurrently)
    ]
    if not names:
        return
    with connection.cursor() as cursor:
        cursor.execute(INVALID, [names])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX CONCURRENTLY {connection.ops.quote_name(name)}")
