"""A worker tells that it lives and gets on, from a thread of its main process."""

import logging
import os
import signal
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
import psycopg
import redis
from celery.worker import state
from django.db import Error, connection
from kombu.exceptions import KombuError

from heliograph.fleet.clock import shared_now
from heliograph.fleet.models import Node, Ring
from heliograph.fleet.nodes import BEAT_SECONDS, beat, leave, note_done, note_failed, register
from heliograph.fleet.vouch import HERE
from heliograph.kit.errors import BadSetting
from heliograph.monitor.hosts import EVERY_SECONDS, Processors, numbers_here, skew_here, tell
from heliograph.workers import doorbell
from heliograph.workers.place import data_folder
from heliograph.workers.queues import QUEUES, queue_of
from heliograph.workers.requests import DONE, FAILED
from heliograph.workers.ring import ring

# Messages that wait so long beside a free process: the worker is alive and idle (celery #8030, #10205).
STUCK_SECONDS = 30.0
# The file whose age tells the supervisor of a main process that stands still.
PULSE = "HELIOGRAPH_PULSE"
# Nobody rings: the workers ring the reconciler by themselves.
SILENCE_SECONDS = 10.0
# What goes wrong in the database, the broker or on the way to them; all else is a fault of ours.
OUTSIDE = (Error, psycopg.Error, redis.RedisError, KombuError, OSError)
log = logging.getLogger(__name__)


class Heartbeat(Thread):
    """Registers the node, then beats every two seconds until it is told to end."""

    def __init__(self, consumer: Any) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._consumer = consumer
        self._over = Event()
        self._process = psutil.Process()
        self._reads = [queue.name for queue in consumer.task_consumer.queues]
        self._serves = [name for name in self._reads if name in QUEUES]
        self._capacity = consumer.pool.num_processes
        self._seen, self._moved = -1, time.monotonic()
        self._drains = False
        self._processors, self._told = Processors(), 0.0

    def run(self) -> None:
        """Beat; a database that does not answer is asked again."""
        registered = False
        while True:
            try:
                if path := os.environ.get(PULSE):
                    # Also where nobody answers afterwards: to be started anew would not help.
                    Path(path).touch()
                registered = self._beat(registered)
            except Exception as fault:
                # Whatever it was: a worker that works and does not say so would be taken for lost.
                log.warning("No heartbeat: %s", fault, exc_info=not isinstance(fault, OUTSIDE))
                connection.close()
            if self._over.wait(BEAT_SECONDS):
                break
        connection.close()

    def end(self) -> None:
        """Say goodbye: the worker ends in order."""
        self._over.set()
        self.join(5)
        try:
            leave(HERE.node)
        except Error as fault:
            log.warning("Could not say goodbye: %s", fault)
        connection.close()

    def _beat(self, registered: bool) -> bool:
        at = shared_now()
        HERE.vouch()
        cpu, rss = self._measure()
        waiting = self._waiting()
        # What is placed on it is its own, whether it was taken from the queue already or not.
        held = len(state.reserved_requests) + (waiting or {}).get(queue_of(HERE.node), 0)
        beaten = registered and beat(HERE.node, outstanding=held, at=at, cpu_pct=cpu, rss_bytes=rss)
        if not beaten:
            register(HERE.node, queues=self._serves, capacity=self._capacity, at=at)
        self._tell_done()
        self._heed_drain()
        if waiting is not None:
            self._ring_if_silent()
            self._watch_progress(waiting)
        self._tell_of_machine(at)
        return True

    def _waiting(self) -> dict[str, int] | None:
        """How many messages wait in each queue that it reads; None where the broker does not tell."""
        try:
            return doorbell.lengths_at_once(self._reads)
        # A BadSetting is of an address that is not of a Redis.
        except (redis.RedisError, BadSetting) as fault:
            log.warning("What waits is not known: %s", fault)
            return None

    def _measure(self) -> tuple[float, int]:
        """CPU in per cent of one core since the last time, and memory, of the worker and its children."""
        processes = [self._process, *self._children()]
        cpu = rss = 0.0
        for one in processes:
            try:
                cpu, rss = cpu + one.cpu_percent(), rss + one.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return cpu, int(rss)

    def _children(self) -> list[psutil.Process]:
        """The same objects each time: they remember what they measured last."""
        known = getattr(self, "_known", {})
        found = {one.pid: known.get(one.pid, one) for one in self._process.children()}
        self._known = found
        return list(found.values())

    def _tell_done(self) -> None:
        """The slowest piece and the mean of the rest: a peak must not drown."""
        seconds = [DONE.popleft() for _ in range(len(DONE))]
        if seconds:
            note_done(HERE.node, ms=1000 * sum(seconds) / len(seconds), at=shared_now())
        if len(seconds) > 1:
            note_done(HERE.node, ms=1000 * max(seconds), at=shared_now())
        for _ in range(len(FAILED)):
            FAILED.popleft()
            note_failed(HERE.node)

    def _tell_of_machine(self, at: datetime) -> None:
        """Now and then: several workers of one machine tell the same."""
        if time.monotonic() - self._told < EVERY_SECONDS:
            return
        self._told = time.monotonic()
        numbers = numbers_here(data_folder()) | {"clock_skew_seconds": skew_here()}
        busy = self._processors.ratio()
        tell(numbers if busy is None else numbers | {"cpu_ratio": busy}, at=at)

    def _heed_drain(self) -> None:
        """A node that drains reads no more placed work; the reconciler places anew what waits there."""
        own = queue_of(HERE.node)
        drains = Node.objects.filter(name=HERE.node, draining=True).exists()
        if own not in self._reads or drains == self._drains:
            return
        act = self._consumer.cancel_task_queue if drains else self._consumer.add_task_queue
        # The consumer belongs to the main thread.
        self._consumer.call_soon(act, own)
        self._drains = drains

    def _ring_if_silent(self) -> None:
        newest = Ring.objects.order_by("-pk").values_list("rung_at", flat=True).first()
        if newest is None or (shared_now() - newest).total_seconds() > SILENCE_SECONDS:
            ring("reconcile")

    def _watch_progress(self, waiting: Mapping[str, int]) -> None:
        """End a worker that does not take what waits for it: whoever supervises it starts it anew."""
        received = sum(state.total_count.values())
        busy = len(state.active_requests) >= self._capacity
        read = [name for name in self._reads if not (self._drains and name == queue_of(HERE.node))]
        if received != self._seen or busy or not any(waiting[name] for name in read):
            self._seen, self._moved = received, time.monotonic()
        if time.monotonic() - self._moved > STUCK_SECONDS:
            if not doorbell.takes_writes():
                log.warning("Messages wait, and the broker refuses writes: to start anew would not help")
                self._moved = time.monotonic()
                return
            log.critical("Messages wait and none was taken for %.0f seconds: it ends", STUCK_SECONDS)
            os.kill(os.getpid(), signal.SIGKILL)


_running: list[Heartbeat] = []


def begin(consumer: Any) -> None:
    """Beat from now on."""
    _running.append(Heartbeat(consumer))
    _running[-1].start()


def end() -> None:
    """Beat no longer."""
    while _running:
        _running.pop().end()
