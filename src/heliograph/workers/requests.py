"""Counts, in the main process of a worker, what its children have done and how long it took."""

import time
from collections import deque
from typing import Any

from celery.worker.request import Request

from heliograph.workers.queues import MODULE

# By these the speed of a node is judged; others wait for strangers.
JUDGED = f"{MODULE}.generate_shards"
# Seconds that pieces of work took since the last heartbeat, newest last, and how many failed.
DONE: deque[float] = deque(maxlen=1_000)
FAILED: deque[None] = deque(maxlen=1_000)


class NotedRequest(Request):
    """A request whose run time is noted.

    Celery replaces `on_success` of the class that it is given; these two it calls.
    """

    has_failed = False

    def on_failure(self, *arguments: Any, **options: Any) -> Any:
        """It raised, or its process died."""
        self.has_failed = True
        if self.name == JUDGED:
            FAILED.append(None)
        return super().on_failure(*arguments, **options)

    def acknowledge(self) -> None:
        """It is over."""
        if self.name == JUDGED and self.time_start and not self.has_failed:
            DONE.append(time.time() - self.time_start)
        super().acknowledge()
