"""What changes of tables this release knows, found without a database."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

# Ours, and those of the libraries whose tables are among ours.
PACKAGES = ("heliograph", "django.contrib", "allauth")


@cache
def known_migrations() -> frozenset[str]:
    """The names of all migrations that this release brings."""
    return frozenset(
        file.stem
        for package in PACKAGES
        if (spec := find_spec(package)) and spec.submodule_search_locations
        for root in spec.submodule_search_locations
        for file in Path(root).rglob("migrations/[0-9]*.py")
    )
