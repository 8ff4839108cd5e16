"""Advances running versions over the bars that are new, and stores what that gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from heliograph.signals.models import StrategyVersion


@dataclass(frozen=True, slots=True)
class Generated:
    """What a call of `generate` stored.

    `waiting` counts instruments that stand before a bar that is awaited, or for finer data.
    """

    shards: int = 0
    evaluations: int = 0
    bars: int = 0
    published: int = 0
    rejected: int = 0
    settled: int = 0
    passed_over: int = 0
    late_data: int = 0
    revised: int = 0
    waiting: int = 0

    def __add__(self, other: "Generated") -> "Generated":
        names = self.__dataclass_fields__
        return Generated(**{name: getattr(self, name) + getattr(other, name) for name in names})


def generate(
    *,
    at: datetime,
    versions: Sequence[StrategyVersion] | None = None,
    stop: Callable[[], bool] | None = None,
    on_step: Callable[[Generated], None] | None = None,
) -> Generated:
    """Brings all running versions (or those given) up to the newest closed bars.

    `stop` ends it between two steps. Called again without new candles it writes nothing. `on_step` hears the
    sum so far after each stored step.
    """
    raise NotImplementedError


def generate_shard(progress_id: int, *, at: datetime, stop: Callable[[], bool] | None = None) -> Generated:
    """Advances one shard to the newest closed bars.

    A shard that another call advances meanwhile is left to it.
    """
    raise NotImplementedError
