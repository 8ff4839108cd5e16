"""A switch between a level that does not answer and those who would wait for it."""

import time
from collections.abc import Callable


class Breaker:
    """Open after a failure: asking a level then costs nothing. Only `may_probe` lets one try again.

    The pause between two tries grows from `shortest` to `longest` seconds.
    """

    def __init__(
        self, *, shortest: float = 0.2, longest: float = 2.0, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.is_open = False
        self.opened = 0
        self._shortest, self._longest, self._steady = shortest, longest, steady
        self._pause, self._next = shortest, 0.0

    def trip(self) -> None:
        """The level did not answer."""
        self.opened += not self.is_open
        self._next = self._steady() + self._pause
        self._pause = min(2 * self._pause, self._longest)
        self.is_open = True

    def close(self) -> None:
        """The level answers."""
        self.is_open = False
        self._pause = self._shortest

    def may_probe(self) -> bool:
        """True when it is time to try a level that did not answer."""
        return self.is_open and self._steady() >= self._next
