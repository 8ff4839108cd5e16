"""Sending messages: each says where to look, and is not sent while the same one is under way."""

import logging
from collections.abc import Sequence

from kombu.exceptions import OperationalError

from heliograph.workers import doorbell
from heliograph.workers.app import app
from heliograph.workers.queues import MODULE, TASKS

# A ring that nobody heard is dropped: another one does the same work.
EXPIRES = 60
log = logging.getLogger(__name__)


def ring(name: str) -> bool:
    """Ring a task that looks by itself for what is due; False if it is rung already."""
    if not doorbell.claim([name]):
        return False
    try:
        send(name, queue=TASKS[name], expires=EXPIRES)
    except OperationalError:
        doorbell.release([name])
        raise
    return True


def send(name: str, *, queue: str, arguments: Sequence[object] = (), expires: int | None = None) -> None:
    """Put a message into a queue."""
    app.send_task(f"{MODULE}.{name}", args=list(arguments), queue=queue, expires=expires)
