"""Errors of the cache; none of them reaches who asks for a value, but `NotCacheable`."""

from heliograph.errors import HeliographError


class LevelDown(HeliographError):
    """A level of the cache does not answer."""


class Unreadable(HeliographError):
    """An entry is of another version, cut short or damaged."""


class NotCacheable(HeliographError):
    """A value is of a type that the cache cannot write down and read back."""
