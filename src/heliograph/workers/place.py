"""Standing in a home with Django set up, for commands and for the programs of `up`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps

from heliograph.kit.embedded import connect


@contextmanager
def in_home(
    home: Path | None = None, *, database_url: str | None = None, as_they_are: bool = False
) -> Iterator[None]:
    """Django on the database of a home, or on the one named, for a block; its tables are brought up to date
    unless they are to stay as they are.

    A process in which Django stands already keeps its database.
    """
    if apps.ready:
        yield
        return
    with connect(home, database_url=database_url) as servers:
        os.environ.update(servers.environment(), DJANGO_SETTINGS_MODULE="heliograph.config.settings")
        django.setup()
        if not as_they_are:
            bring_up_to_date()
        yield
        _disconnect()


def data_folder() -> Path:
    """The home, or where that is not known the root."""
    from django.conf import settings

    home = Path(settings.HELIOGRAPH_HOME or "/")
    return home if home.exists() else Path("/")


def bring_up_to_date() -> int:
    """Apply what waits; returns how many migrations that were.

    In production the tables are left to `heliograph migrate`: a command of another release would change them
    under those who run. Beside nodes of another release only what is safe beside them is applied.
    """
    from django.conf import settings

    from heliograph.workers.migrate import OlderNodes, migrate, waiting

    if settings.HELIOGRAPH_PRODUCTION:
        waiting()
        return 0
    try:
        return len(migrate())
    except OlderNodes:
        return len(migrate("expand"))


def _disconnect() -> None:
    from django.db import connections

    from heliograph.kit.cache import close

    close()
    connections.close_all()
