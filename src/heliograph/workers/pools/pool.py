"""What every pool can do."""

from typing import Protocol

from heliograph.errors import SourceError, UserError


class BadPool(UserError):
    """HELIOGRAPH_POOL names no pool that can be used."""


class PoolFailed(SourceError):
    """A pool did not do what it was asked for; it is asked again."""


class Pool(Protocol):
    """Workers that can be told how many they shall be."""

    @property
    def name(self) -> str:
        """Its name in rows and on pages."""

    def size(self) -> int:
        """How many workers there are or start; those that end are not counted."""

    def resize(self, size: int, *, reason: str) -> None:
        """Be that many soon. Those that go finish what they do. PoolFailed if it could not be asked for."""

    def describe(self) -> str:
        """What it is, in a sentence."""
