"""How alike strategies do: the correlation of their daily results in percent of one stake."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.performance.correlation import correlations
from heliograph.engine.performance.daily import Daily, daily, side_by_side
from heliograph.engine.timeframe import DAY
from heliograph.reports.asked import Asked
from heliograph.reports.groupings import By
from heliograph.reports.sums import Day, days_by
from heliograph.signals.models import Strategy

EPOCH_DAY = np.datetime64("1970-01-01")
# A matrix of more nobody reads: those with the most settled signals.
MOST = 40


@dataclass(frozen=True, slots=True)
class Alike:
    """Strategies by name, and of each pair the correlation with its 95 % interval (None: unknown) and the
    days that both have. `left_out` are those with the fewest signals.
    """

    names: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    low: tuple[tuple[float | None, ...], ...]
    high: tuple[tuple[float | None, ...], ...]
    days: tuple[tuple[int, ...], ...]
    left_out: int

    def to_dict(self) -> dict[str, object]:
        """The same as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


def correlation(asked: Asked, *, strategy_days: Sequence[Day] | None = None) -> Alike:
    """Of all strategies that have a result. Two statements, or one where their days are given."""
    of_strategy: dict[int | str, list[Day]] = defaultdict(list)
    for day in days_by(asked, By.STRATEGY) if strategy_days is None else strategy_days:
        if day.with_pct:
            of_strategy[day.group].append(day)
    busiest = sorted(of_strategy, key=lambda one: (-sum(day.number for day in of_strategy[one]), one))
    names = dict(Strategy.objects.filter(pk__in=busiest[:MOST]).values_list("pk", "name"))
    chosen = sorted(busiest[:MOST], key=lambda one: names[one])
    _, results = side_by_side([_series(of_strategy[one]) for one in chosen])
    found = correlations(results)
    return Alike(
        names=tuple(names[one] for one in chosen),
        values=_plain(found.values),
        low=_plain(found.low),
        high=_plain(found.high),
        days=tuple(tuple(row) for row in found.days.tolist()),
        left_out=len(busiest) - len(chosen),
    )


def _series(days: list[Day]) -> Daily:
    times = (np.array([one.day for one in days], dtype="datetime64[D]") - EPOCH_DAY).astype(np.int64) * DAY
    values = np.array([one.pct for one in days])
    return daily(times, values, first=int(times.min()), last=int(times.max()))


def _plain(table: Floats) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(value if np.isfinite(value) else None for value in row) for row in table.tolist())
