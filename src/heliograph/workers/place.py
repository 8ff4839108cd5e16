"""Standing in a home with Django set up, for commands and for the programs of `up`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps

from heliograph.errors import SourceError
from heliograph.kit.embedded import connect
from heliograph.kit.wait import wait_until

# Any number that nothing else locks by.
MIGRATING = 4_215_001
# The longest migration: an index over many millions of rows.
MOST_SECONDS = 3_600.0


class DatabaseDown(SourceError):
    """The database did not answer."""


@contextmanager
def in_home(home: Path | None = None, *, database_url: str | None = None) -> Iterator[None]:
    """Django on the database of a home, or on the one named, with its tables up to date, for a block.

    A process in which Django stands already keeps its database.
    """
    if apps.ready:
        yield
        return
    with connect(home, database_url=database_url) as servers:
        os.environ.update(servers.environment(), DJANGO_SETTINGS_MODULE="heliograph.config.settings")
        django.setup()
        migrate()
        yield
        _disconnect()


def data_folder() -> Path:
    """The home, or where that is not known the root."""
    from django.conf import settings

    home = Path(settings.HELIOGRAPH_HOME or "/")
    return home if home.exists() else Path("/")


def migrate() -> int:
    """Bring the tables up to date; returns how many migrations were applied. Two at once take turns."""
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    from heliograph.kit.direct import direct

    try:
        connection.ensure_connection()
    except OperationalError as fault:
        raise DatabaseDown(f"The database does not answer: {str(fault).splitlines()[0]}.") from fault
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not waiting:
        return 0
    with direct().cursor() as cursor:

        def is_ours() -> bool:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATING])
            return bool(cursor.fetchone()[0])

        # Asked again and again: an index that is built beside the work waits for every statement that began
        # before it, so one that waited for the lock would wait for itself.
        if not wait_until(is_ours, seconds=MOST_SECONDS, every=0.1):
            raise DatabaseDown("Another process has been bringing the tables up to date for too long.")
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
    return waiting


def _disconnect() -> None:
    from django.db import connections

    from heliograph.kit.cache import close

    close()
    connections.close_all()
