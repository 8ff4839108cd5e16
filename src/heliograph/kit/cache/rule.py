"""How the results of a computation are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LEVELS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Rule:
    """Lifetimes in seconds.

    `ttl`: how long a result is fresh, at most. `stale`: how much longer it is served while one refreshes it.
    `negative`: how long None is kept, and those `failures` (exact types) that computing may end in; None: as
    long as any result, and no failure is kept. `kind`: the type to read results back as.
    """

    ttl: float
    tags: tuple[str, ...] = ()
    levels: tuple[int, ...] = LEVELS
    stale: float = 0.0
    negative: float | None = None
    failures: tuple[type[Exception], ...] = ()
    kind: Any = Any

    def lifetime(self, *, is_negative: bool) -> tuple[float, float]:
        """Seconds that a result is fresh, and that it is served stale after that."""
        if is_negative and self.negative is not None:
            return self.negative, 0.0
        return self.ttl, self.stale


Make = Callable[[], Any]
