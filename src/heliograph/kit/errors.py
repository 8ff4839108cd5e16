"""Errors of the tools."""

from heliograph.errors import HeliographError, UserError


class BadSetting(UserError):
    """A setting in the environment is missing or cannot be read."""


class BadHome(UserError):
    """The folder cannot be used as a home."""


class ServerFailed(HeliographError):
    """An embedded server did not start."""
