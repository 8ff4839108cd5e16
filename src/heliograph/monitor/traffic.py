"""What a web process answers, counted in its memory and handed over as a row every few seconds.

Latencies are counted by steps of a quarter: what is read from them is at most so much too large.
"""

import json
import os
import socket
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

# Seconds, from a half of a thousandth to a minute; what takes longer counts as that.
BOUNDS = tuple(0.0005 * 1.25**step for step in range(53))
# The last minutes are kept in pieces, of which the oldest goes as a new one begins.
PIECE, PIECES = 15.0, 20
TELL_SECONDS = 5.0
# Of a process that has not told anything for so long nothing is believed but what it counted.
SILENT = timedelta(seconds=30)
# What those counted who are gone, so that no count ever falls.
GONE = ""
PROGRAMS = ("/healthz", "/readyz", "/metrics")

TELL = """
INSERT INTO monitor_traffic (process, at, counts, recent) VALUES (%(process)s, %(at)s, %(counts)s, %(recent)s)
ON CONFLICT (process) DO UPDATE SET at = excluded.at, counts = excluded.counts, recent = excluded.recent
"""


@dataclass(slots=True)
class Piece:
    """A quarter of a minute: latencies by kind, and how many were answered 5xx."""

    began: float
    steps: dict[str, list[int]] = field(default_factory=dict)
    failed: int = 0


class Traffic:
    """The counts of this process. All of it is called by the one thread of the event loop."""

    def __init__(self) -> None:
        self.process = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"[:128]
        self._counts: dict[str, int] = {}
        self._pieces: deque[Piece] = deque(maxlen=PIECES)

    def note(self, path: str, status: int, seconds: float, *, now: float) -> None:
        """One answer; `now` is monotonic."""
        kind = kind_of(path)
        name = f"{kind} {status // 100}xx"
        self._counts[name] = self._counts.get(name, 0) + 1
        if not self._pieces or now - self._pieces[-1].began >= PIECE:
            self._pieces.append(Piece(now))
        piece = self._pieces[-1]
        steps = piece.steps.get(kind)
        if steps is None:
            steps = piece.steps[kind] = [0] * (len(BOUNDS) + 1)
        steps[bisect_left(BOUNDS, seconds)] += 1
        piece.failed += status >= 500

    def told(self, *, now: float) -> tuple[dict[str, int], dict[str, object]]:
        """The counts since the start, and what the last minutes held."""
        recent = [piece for piece in self._pieces if now - piece.began < PIECE * PIECES]
        kinds = {kind for piece in recent for kind in piece.steps}
        steps = {
            kind: added([piece.steps[kind] for piece in recent if kind in piece.steps]) for kind in kinds
        }
        return dict(self._counts), {"steps": steps, "failed": sum(piece.failed for piece in recent)}


def kind_of(path: str) -> str:
    """`api`, `page`, or what programs ask to watch us."""
    return "api" if path.startswith("/api/") else "watching" if path in PROGRAMS else "page"


def tell(process: str, counts: dict[str, int], recent: dict[str, object], *, at: datetime) -> None:
    """Hand over what a process counted."""
    told = {"process": process, "at": at, "counts": json.dumps(counts), "recent": json.dumps(recent)}
    with connection.cursor() as cursor:
        cursor.execute(TELL, told)


def added(all_of_them: Iterable[Sequence[int]]) -> list[int]:
    """Counts of several, step by step."""
    return [sum(column) for column in zip(*all_of_them, strict=True)]


def quantile(steps: Sequence[int], share: float) -> float | None:
    """The latency that so great a share did not exceed; None where nothing was counted."""
    whole, seen = sum(steps), 0
    if not whole:
        return None
    for place, count in enumerate(steps):
        seen += count
        if seen >= share * whole:
            return BOUNDS[min(place, len(BOUNDS) - 1)]
    return BOUNDS[-1]
