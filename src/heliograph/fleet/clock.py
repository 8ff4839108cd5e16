"""The clock that all machines share."""

from datetime import datetime

from django.db import connection


def shared_now() -> datetime:
    """The present moment by the clock of the database, in UTC.

    Nodes are lost, and their places and messages given to others, by how old their heartbeats are: a machine
    whose own clock is ten seconds off would take all others for lost.
    """
    with connection.cursor() as rows:
        rows.execute("SELECT clock_timestamp()")
        return rows.fetchone()[0]
