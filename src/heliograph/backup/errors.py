"""What can be wrong with a backup, each with its remedy."""

from heliograph.errors import Conflict, SourceError, UserError


class BadBackup(UserError):
    """The file or folder is no backup, or not as it was made."""


class BadPassphrase(UserError):
    """The passphrase is missing, or another one than the backup was made with."""


class NotRestorable(Conflict):
    """It cannot be restored there, or by this release."""


class ProgramFailed(SourceError):
    """A program of PostgreSQL ended with an error; its last words are the message."""
