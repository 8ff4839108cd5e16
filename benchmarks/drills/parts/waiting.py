"""Work that waits for others, as on an exchange: a task for the drill of scaling alone."""

import os
import time

from celery import shared_task

QUEUE = "waiting"
TABLE = """
CREATE TABLE drill_piece (
    id bigserial PRIMARY KEY,
    due_at timestamptz NOT NULL,
    seconds double precision NOT NULL,
    worker int,
    begun_at timestamptz,
    done_at timestamptz
)
"""
DONE = "UPDATE drill_piece SET worker = %s, begun_at = %s, done_at = %s WHERE id = %s AND done_at IS NULL"


@shared_task(name="drill.wait", time_limit=60)
def wait(piece: int, seconds: float) -> None:
    """Wait that long; then the piece is done."""
    from django.db import connection

    from heliograph.kit.clock import utc_now

    begun = utc_now()
    time.sleep(seconds)
    with connection.cursor() as cursor:
        cursor.execute(DONE, [os.getpid(), begun, utc_now(), piece])
