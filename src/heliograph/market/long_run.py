"""Long work as the market needs it, whoever runs it."""

from collections.abc import Mapping
from typing import Protocol


class LongRun(Protocol):
    """A piece of long work under way: a `fleet.jobs.JobRun`, or a bar in the terminal."""

    arguments: Mapping[str, object]

    def report(
        self,
        done: int,
        *,
        total: int | None = None,
        unit: str | None = None,
        cursor: Mapping[str, object] | None = None,
    ) -> None:
        """Hear how far it is, and raise what ends it."""
