"""A web process tells every few seconds what it answered, and how its memory is."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

from heliograph.kit.clock import utc_now
from heliograph.monitor.traffic import TELL_SECONDS, Traffic, tell
from heliograph.monitor.tuning.processes import Watch

log = logging.getLogger(__name__)


class Telling:
    """Counts in the event loop, and hands over in a thread that answers requests: it has a session."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._traffic = Traffic()
        self._watch = Watch("web")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def note(self, path: str, status: int, *, began: float) -> None:
        """One answer; the first one begins the telling."""
        now = time.monotonic()
        self._traffic.note(path, status, now - began, now=now)
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            self._task = loop.create_task(self._tell_on())

    async def _tell_on(self) -> None:
        """Until the process ends; what is not told then is not missed."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TELL_SECONDS)
            told = self._traffic.told(now=time.monotonic())
            await loop.run_in_executor(self._threads, self._hand_over, *told)

    def _hand_over(self, counts: dict[str, int], recent: dict[str, object]) -> None:
        close_old_connections()
        try:
            tell(self._traffic.process, counts, recent, at=utc_now())
            self._watch.look(at=utc_now())
        except Exception:
            log.warning("What was answered is not told", exc_info=True)
        finally:
            close_old_connections()
