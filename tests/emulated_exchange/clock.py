"""The time at the exchange: it can be set, moved on, and made to run at any speed."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """A clock in UTC: at speed 0 it stands still, at 1 it runs as ours, at 300 five minutes take a second."""

    def __init__(self, at: datetime, *, speed: float = 1.0):
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._speed = speed
        self._began_ms = at.timestamp() * 1000
        self._began = time.monotonic()

    @property
    def speed(self) -> float:
        """Milliseconds at the exchange per millisecond of ours."""
        return self._speed

    @property
    def began(self) -> tuple[float, float, float]:
        """UTC milliseconds here at so many seconds of the machine's monotonic clock, and the speed."""
        return self._began_ms, self._began, self._speed

    @property
    def ms(self) -> int:
        """Now, in UTC milliseconds."""
        with self._lock:
            return int(self._now())

    @property
    def now(self) -> datetime:
        """Now, as a moment in UTC."""
        return datetime.fromtimestamp(self.ms / 1000, UTC)

    def set(self, at: datetime) -> None:
        """Jump to a moment."""
        self._change(began_ms=at.timestamp() * 1000)

    def advance(self, seconds: float) -> None:
        """Jump on by seconds."""
        with self._lock:
            target = self._now() + seconds * 1000
        self._change(began_ms=target)

    def run(self, speed: float) -> None:
        """Go on from now at another speed."""
        with self._lock:
            now = self._now()
        self._change(began_ms=now, speed=speed)

    def tell(self, listener: Callable[[], None]) -> None:
        """Call after each change, from the thread that changed it."""
        self._listeners.append(listener)

    def _now(self) -> float:
        return self._began_ms + (time.monotonic() - self._began) * 1000 * self._speed

    def _change(self, *, began_ms: float, speed: float | None = None) -> None:
        with self._lock:
            self._began_ms, self._began = began_ms, time.monotonic()
            self._speed = self._speed if speed is None else speed
        for listener in self._listeners:
            listener()
