"""Bringing the tables up to date in one or both phases, by one process at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from heliograph.errors import SourceError, UserError
from heliograph.kit.wait import wait_until

if TYPE_CHECKING:
    from heliograph.kit.migrating.phases import Phase, Waiting

Say = Callable[[str], None]
# Any number that nothing else locks by.
MIGRATING = 4_215_001
# The longest migration: an index over many millions of rows.
MOST_SECONDS = 3_600.0


class DatabaseDown(SourceError):
    """The database did not answer."""


class OlderNodes(UserError):
    """What an older release needs cannot be taken away while it runs."""


class ContractFirst(UserError):
    """A migration builds on one that takes away what the release before needs."""


def waiting() -> "Waiting":
    """The migrations of this release that are not applied; DatabaseDown where nobody answers."""
    from django.db import OperationalError, connection

    from heliograph.kit.migrating.phases import waiting as of

    try:
        return of(connection)
    except OperationalError as fault:
        raise DatabaseDown(f"The database does not answer: {str(fault).splitlines()[0]}.") from fault


def migrate(phase: "Phase | None" = None, *, say: Say = lambda _: None) -> list[str]:
    """Apply what waits, all of it or that of a phase; returns the names of what was applied.

    Two at once take turns. OlderNodes if it would take away what a living node of another release needs;
    ContractFirst if something of the phase waits for a contract migration.
    """
    from django.db import connection

    from heliograph.kit.migrating.apply import apply
    from heliograph.kit.migrating.phases import name_of

    if not waiting().in_order:
        return []
    with _alone():
        found = waiting()
        _refuse(found, phase)
        chosen = found.expand if phase == "expand" else found.in_order
        for one in chosen:
            say(f"{name_of(one)} is to be applied")
        apply(connection, chosen, say=say)
    return [name_of(one) for one in chosen]


def _refuse(found: "Waiting", phase: "Phase | None") -> None:
    from heliograph.kit.migrating.phases import name_of

    if phase == "expand":
        if found.behind:
            raise ContractFirst(
                f"{name_of(found.behind[0])} waits for {name_of(found.contract[0])}, which takes away what "
                "the release before needs: finish that one first (`heliograph migrate --contract`)."
            )
    elif found.contract and (others := _older()):
        raise OlderNodes(
            f"{name_of(found.contract[0])} takes away what an older release needs, and {', '.join(others)} "
            "still runs; upgrade or stop it first, or apply only what is safe with --expand."
        )


def _older() -> list[str]:
    from django.db import connection

    from heliograph.fleet.clock import shared_now
    from heliograph.fleet.models import Node
    from heliograph.fleet.nodes import of_other_releases

    with connection.cursor() as cursor:
        table = Node._meta.db_table
        columns = (
            {one.name for one in connection.introspection.get_table_description(cursor, table)}
            if (table in connection.introspection.table_names(cursor))
            else set()
        )
    # A new database has no nodes.
    return of_other_releases(at=shared_now()) if "release" in columns else []


@contextmanager
def _alone() -> Iterator[None]:
    """Asked again and again: an index that is built beside the work waits for every statement that began
    before it, so one that waited for the lock would wait for itself."""
    from heliograph.kit.direct import direct

    with direct().cursor() as cursor:

        def is_ours() -> bool:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATING])
            return bool(cursor.fetchone()[0])

        if not wait_until(is_ours, seconds=MOST_SECONDS, every=0.1):
            raise DatabaseDown("Another process has been bringing the tables up to date for too long.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
