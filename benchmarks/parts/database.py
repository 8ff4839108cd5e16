"""Servers of our own to measure in, gone afterwards."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heliograph.kit.embedded import Home


@contextmanager
def database() -> Iterator[Path]:
    """An embedded PostgreSQL with the tables, and Django on it; yields a folder."""
    with own_home() as home, serving(home) as urls:
        set_up(DATABASE_URL=urls["database_url"])
        yield home.path.parent


@contextmanager
def own_home() -> "Iterator[Home]":
    """A home in a folder that is gone afterwards."""
    from heliograph.kit.embedded import Home

    with tempfile.TemporaryDirectory(prefix="heliograph-bench-") as folder:
        # The account of the servers must reach it.
        os.chmod(folder, 0o711)
        yield Home.open(Path(folder) / "home")


@contextmanager
def serving(home: "Home") -> Iterator[Mapping[str, str]]:
    """The embedded servers of a home, by their URLs; they have ended afterwards."""
    from heliograph.kit.embedded.connect import embedded
    from heliograph.kit.wait import wait_until

    with embedded(home) as urls:
        yield urls
    # The servers end behind their last user; the folder is theirs until then.
    wait_until(lambda: not home.lock("keeper").is_taken(), seconds=30)


def set_up(**settings: str) -> None:
    """Django with these settings, and the tables."""
    import django
    from django.core.management import call_command

    own = {
        "DJANGO_SETTINGS_MODULE": "heliograph.config.settings",
        "HELIOGRAPH_SECRET_KEY": "only for benchmarks",
    }
    os.environ |= own | settings
    django.setup()
    call_command("migrate", verbosity=0)
