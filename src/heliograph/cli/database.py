"""The database of a command, there for its own duration."""

from collections.abc import Iterator
from contextlib import contextmanager

from heliograph.cli.options import Place


@contextmanager
def database(place: Place) -> Iterator[None]:
    """Django on the database that the options name, with its tables up to date."""
    from heliograph.workers.place import in_home

    with in_home(place.home, database_url=place.database_url):
        yield
