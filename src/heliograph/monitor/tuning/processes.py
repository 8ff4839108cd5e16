"""The memory of our processes: which grow, by what, and what looking for garbage takes them."""

import gc
import os
import socket
import time
from collections import Counter
from datetime import datetime, timedelta
from itertools import islice

import psutil

from heliograph.monitor.tuning.advice import Advice
from heliograph.monitor.tuning.models import Growth

# Until then what is loaded and cached grows as it should; after that each look is so far from the last.
WARM, EVERY = 600.0, 600.0
# From how much more on it grows, over how long at least.
MIB = 2**20
GROWN, GROWN_BYTES, OVER = 1.25, 64 * MIB, timedelta(hours=2)
# A pause that people notice, and a share of the time that is worth something.
LONGEST_PAUSE, PAUSED = 0.1, 0.01
MOST_OBJECTS, MOST_TYPES = 300_000, 8


class Pauses:
    """What looking for garbage in all objects took in this process."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget what was measured."""
        self.seconds = self.longest = self._began = 0.0

    def begin(self) -> None:
        """Measure from now on."""
        if self not in gc.callbacks:
            gc.callbacks.append(self)

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] < 2:
            return
        if phase == "start":
            self._began = time.perf_counter()
        elif self._began:
            spent = time.perf_counter() - self._began
            self.seconds, self.longest = self.seconds + spent, max(self.longest, spent)


class Watch:
    """Looks at the memory of this process now and then; called between pieces of work, it costs nothing."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._process = psutil.Process()
        self._began = time.monotonic()
        self._due = self._began + WARM
        self._warm: Counter[str] | None = None
        self._pauses = Pauses()
        self._pauses.begin()
        self.name = f"{kind}@{socket.gethostname()}:{os.getpid()}"[:128]

    def look(self, *, at: datetime) -> bool:
        """Keep what there is now; True if it was time for it."""
        if time.monotonic() < self._due:
            return False
        self._due = time.monotonic() + EVERY
        size = self._process.memory_info().rss
        now = {"at": at, "now_bytes": size}
        if self._warm is None:
            self._warm = _types()
            # What was loaded until then is looked through no more than once.
            self._pauses.clear()
            warm = {"kind": self._kind, "warm_at": at, "warm_bytes": size}
            Growth.objects.update_or_create(process=self.name, defaults=now | warm)
            return True
        paused = {"gc_seconds": self._pauses.seconds, "gc_longest_seconds": self._pauses.longest}
        row = Growth.objects.filter(process=self.name).first()
        types = {}
        # What there is of each type is only counted where there is more of something.
        if row is not None and size - row.warm_bytes >= GROWN_BYTES:
            more = _types()
            more.subtract(self._warm)
            types = dict(more.most_common(MOST_TYPES))
        Growth.objects.filter(process=self.name).update(**now, **paused, types=types)
        return True


def growing(*, at: datetime) -> list[Advice]:
    """Processes of the last hour that grow, or that stand still to look for garbage."""
    advice = []
    for one in Growth.objects.filter(at__gt=at - timedelta(hours=1)).order_by("process"):
        more, span = one.now_bytes - one.warm_bytes, one.at - one.warm_at
        if more >= GROWN_BYTES and one.now_bytes >= GROWN * one.warm_bytes and span >= OVER:
            hours = span.total_seconds() / 3600
            types = ", ".join(f"{count:,} {name}" for name, count in one.types.items() if count > 0)
            why = (
                f"{more / MIB:,.0f} MiB more than {hours:.1f} hours ago, {more / MIB / hours:,.0f} an hour"
                f"{f'; most of it: {types}' if types else ''}; ended in order, it is started anew"
            )
            measured = {"bytes": one.now_bytes, "warm_bytes": one.warm_bytes, "hours": hours}
            advice.append(Advice("growing memory", one.process, why, measured=measured))
        share = one.gc_seconds / max(span.total_seconds(), 1.0)
        if one.gc_longest_seconds >= LONGEST_PAUSE or share >= PAUSED:
            why = (
                "to look through all objects for garbage it stood still for"
                f" {one.gc_longest_seconds:.2f} s at the longest, and {100 * share:.1f} % of the time"
            )
            measured = {"longest_seconds": one.gc_longest_seconds, "ratio": share}
            advice.append(Advice("garbage collection", one.process, why, measured=measured))
    return advice


def _types() -> Counter[str]:
    """How many objects there are of each type, of those that may be garbage one day."""
    return Counter(type(one).__name__ for one in islice(gc.get_objects(), MOST_OBJECTS))
