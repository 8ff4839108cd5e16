"""What is asked of the analytics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from heliograph.errors import UserError
from heliograph.signals.errors import NoSuchStrategy
from heliograph.signals.models import Strategy
from heliograph.signals.queries import Hidden

EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 1)
# Their rows, one by one; its values are those of `values_of`.
SETTLED = """\
FROM signals_outcome AS o
JOIN signals_signal AS s ON s.id = o.signal_id
JOIN signals_strategyversion AS v ON v.id = s.version_id
WHERE o.state = 'settled' AND o.exit_time >= %(first)s::date::timestamp AT TIME ZONE 'UTC'
  AND o.exit_time < %(end)s::date::timestamp AT TIME ZONE 'UTC'
  AND (%(strategies)s::bigint[] IS NULL OR v.strategy_id = ANY (%(strategies)s))
  AND NOT v.strategy_id = ANY (%(hidden)s::bigint[])
  AND (%(version)s::bigint IS NULL OR v.id = %(version)s)
  AND (%(timeframe)s::text IS NULL OR v.timeframe = %(timeframe)s)
  AND (%(side)s::text IS NULL OR s.side = %(side)s)"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which settled signals; None leaves a question open.

    `since` and `until` are UTC days of the exit, both among what is asked for. `hidden` are strategies whose
    signals are left out.
    """

    strategies: tuple[str, ...] = ()
    version_id: int | None = None
    timeframe: str | None = None
    side: str | None = None
    since: date | None = None
    until: date | None = None
    hidden: Hidden = ()

    def __post_init__(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise UserError(
                f"Nothing lies between {self.since} and {self.until}: the end is before the start."
            )

    def strategy_ids(self) -> list[int] | None:
        """Those of the strategies that are named; NoSuchStrategy for one that is not there, or hidden."""
        if not self.strategies:
            return None
        rows = Strategy.objects.exclude(pk__in=self.hidden).order_by("name")
        known = dict(rows.values_list("name", "pk"))
        for name in self.strategies:
            if name not in known:
                raise NoSuchStrategy(name, list(known))
        return [known[name] for name in self.strategies]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to before `end`."""

    first: date
    end: date

    @property
    def is_empty(self) -> bool:
        return self.end <= self.first


def days(asked: Asked) -> Span:
    """The days that are asked for."""
    until = asked.until
    return Span(asked.since or EARLIEST, LATEST if until is None else until + timedelta(days=1))


def values_of(asked: Asked) -> dict[str, object]:
    """What SETTLED is asked with."""
    span = days(asked)
    return {
        "first": span.first,
        "end": span.end,
        "strategies": asked.strategy_ids(),
        "hidden": list(asked.hidden),
        "version": asked.version_id,
        "timeframe": asked.timeframe,
        "side": asked.side,
    }


def whole_months(wanted: Span) -> tuple[Span, Sequence[Span]]:
    """The whole months within these days, and the days beside them: before, behind, or all of them."""
    first = wanted.first if wanted.first.day == 1 else _next_month(wanted.first)
    end = wanted.end.replace(day=1)
    if end <= first:
        return Span(first, first), [wanted]
    beside = Span(wanted.first, first), Span(end, wanted.end)
    return Span(first, end), [span for span in beside if not span.is_empty]


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
