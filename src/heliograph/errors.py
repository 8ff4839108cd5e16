"""The base of all errors that Heliograph raises on purpose."""


class HeliographError(Exception):
    """Something that Heliograph knows by name went wrong."""


class UserError(HeliographError):
    """The user can mend this; the message is one sentence that says how."""


class NotFound(UserError):
    """There is nothing of that name or number."""


class Conflict(UserError):
    """As things stand, that cannot be done."""


class SourceError(HeliographError):
    """Something outside did not answer; asking again later may help."""
