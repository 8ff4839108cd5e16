"""What is noted of the tasks of this process: statements that one asks again and again, and its memory."""

import logging
from contextlib import ExitStack

from django.db import Error

from heliograph.fleet.vouch import HERE
from heliograph.kit.clock import utc_now
from heliograph.kit.spans import span
from heliograph.monitor.tuning.processes import Watch
from heliograph.monitor.tuning.repeats import SAMPLER, Counting

log = logging.getLogger(__name__)
# One process runs one task at a time.
_counting: list[Counting] = []
_watch: list[Watch] = []
_span = ExitStack()


def begin(task: str, task_id: str = "") -> None:
    """A task begins; some of each name are looked at."""
    _span.close()
    _span.enter_context(span(task.rpartition(".")[2], task_id=task_id))
    _counting.clear()
    if counting := SAMPLER.sample(f"task {task.rpartition('.')[2]}"):
        counting.begin()
        _counting.append(counting)


def end() -> None:
    """It has ended; what cannot be kept of it is not missed."""
    _span.close()
    while _counting:
        _counting.pop().end()
    if not _watch:
        _watch.append(Watch(HERE.node.partition("@")[0] or "worker"))
    try:
        _watch[0].look(at=utc_now())
    except Error as fault:
        log.info("The memory of this process is not told: %s", fault)
