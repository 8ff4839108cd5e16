"""A session of one's own, past a pooler in transaction mode.

Such a pooler gives each transaction any session: a lock, a `SET` or a `LISTEN` of a session would be lost, or
be another's. What needs one takes it here; without a pooler it is Django's own connection.
"""

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

DEFAULT, DIRECT = "default", "direct"


def is_pooled() -> bool:
    """True where a pooler stands before the database."""
    return DIRECT in connections.settings


def direct_alias() -> str:
    """The name of the database past the pooler."""
    return DIRECT if is_pooled() else DEFAULT


def direct() -> BaseDatabaseWrapper:
    """This thread's connection past the pooler."""
    return connections[direct_alias()]
