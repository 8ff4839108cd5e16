"""Errors of the engine."""

from heliograph.errors import UserError


class EngineError(UserError):
    """The engine was asked for something that it cannot do."""


class BadBars(EngineError):
    """The bars break a rule that the engine relies on."""


class BadTimeframe(EngineError):
    """There is no such timeframe."""


class BadSnapshot(EngineError):
    """The snapshot belongs to another plan, another number of instruments or another release."""


class BadResults(EngineError):
    """The results that are to be measured do not fit together, or the question about them makes no sense."""
