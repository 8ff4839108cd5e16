"""What rejected signals would have come to, by the reason of their rejection and by strategy.

Each answer rests on sums, as that of the analytics does; days are those of the signals' bars, in UTC.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from heliograph.engine.exits import Reject
from heliograph.engine.performance.estimates import Estimate
from heliograph.kit.replica import reading
from heliograph.reports.asked import Asked, days, whole_months
from heliograph.reports.figures import figures
from heliograph.reports.sums import COLUMNS, MOST_WAITING, R_BINS, Sums, grouped, typed_sums
from heliograph.signals.models import Strategy

# By their places in the keys of the sums (see the migration).
REASONS = ("other", *Reject)
STATES = (
    *("waiting", "running", "settled", "missed"),
    *("no_levels", "no_candles", "unscored", "unresolved", "external"),
)
WHY_UNKNOWN = {
    "no_levels": "its stop or a target is unknown",
    "no_candles": "there are no candles of its bar",
    "unscored": "its strategy only alerts",
    "unresolved": "its version was retired or its instrument delisted before it ended",
    "external": "it came from outside, and nobody said what would have closed it",
}
SUMMED = """
SELECT version_id, side, period, key, {columns} FROM reports_sum
WHERE part = 'reject' AND period >= %(first)s AND period < %(end)s
"""
BESIDE = """
UNION ALL
SELECT version_id, side, period, key, {columns} FROM reports_sum
WHERE part = 'reject_day' AND period >= %(first_{n})s AND period < %(end_{n})s
"""
WAITING = """
UNION ALL
SELECT version_id, side, day, key, {columns} FROM reports_waiting() WHERE day >= %(from)s AND day < %(to)s
"""
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Unknown:
    """How many cannot be known, and why."""

    why: str
    signals: int


@dataclass(frozen=True, slots=True)
class Turned:
    """Signals that were rejected for one reason, of one strategy, or of all (None).

    Of `rejected` so many would have `settled`, would have `missed` their entry, would still be `running` as
    far as they were looked at, or are not looked at yet (`waiting`). Rates, means and totals are of those
    that would have settled.
    """

    reason: str
    strategy: str | None
    rejected: int
    settled: int
    missed: int
    running: int
    waiting: int
    unknown: tuple[Unknown, ...]
    hit_rate: Estimate
    mean_r: Estimate
    mean_pct: Estimate
    total_r: float | None
    total_pct: float | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """By reason, the most frequent first, and by strategy and reason. `all_told` is false while more wait to
    be looked at than are counted here.
    """

    all_told: bool
    reasons: tuple[Turned, ...]
    strategies: tuple[Turned, ...]

    def to_dict(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def rejected(asked: Asked) -> Rejected:
    """Of the rejected signals that are asked for; NoSuchStrategy for a strategy that is not there, or hidden.

    Two statements, and one for names.
    """
    few = _few_wait()
    found = _sums(asked, waiting=few)
    names = dict(
        Strategy.objects.filter(pk__in={strategy for strategy, _ in found}).values_list("pk", "name")
    )
    of_reason: dict[str, dict[str, Sums]] = defaultdict(lambda: defaultdict(Sums))
    for (_, reason), states in found.items():
        for state, sums in states.items():
            of_reason[reason][state] += sums
    by_strategy = [_turned(reason, names[one], states) for (one, reason), states in found.items()]
    return Rejected(
        all_told=few,
        reasons=tuple(_ordered([_turned(one, None, states) for one, states in of_reason.items()])),
        strategies=tuple(sorted(_ordered(by_strategy), key=lambda one: one.strategy or "")),
    )


def _few_wait() -> bool:
    with reading().cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM reports_unlived LIMIT %s) AS waiting", [MOST_WAITING + 1]
        )
        return int(cursor.fetchone()[0]) <= MOST_WAITING


def _sums(asked: Asked, *, waiting: bool) -> dict[Key, dict[str, Sums]]:
    """By strategy and reason, then by state."""
    wanted, names = days(asked), [*COLUMNS, *R_BINS]
    within, beside = whole_months(wanted)
    parts = [SUMMED, *(BESIDE.replace("{n}", str(n)) for n in range(len(beside)))]
    source = "".join([*parts, WAITING] if waiting else parts).format(columns=", ".join(names))
    rows = grouped(asked, source, columns=names, groups="v.strategy_id, m.key", within=within, beside=beside)
    found: dict[Key, dict[str, Sums]] = defaultdict(dict)
    for strategy, key, *values in rows:
        reason, state = divmod(int(key), 10)
        found[strategy, str(REASONS[reason])][STATES[state]] = typed_sums(values)
    return found


def _turned(reason: str, strategy: str | None, states: Mapping[str, Sums]) -> Turned:
    known = figures(states.get("settled", Sums()), None)
    numbers = {state: states[state].number if state in states else 0 for state in STATES}
    return Turned(
        reason=reason,
        strategy=strategy,
        rejected=sum(numbers.values()),
        settled=numbers["settled"],
        missed=numbers["missed"],
        running=numbers["running"],
        waiting=numbers["waiting"],
        unknown=tuple(Unknown(why, numbers[state]) for state, why in WHY_UNKNOWN.items() if numbers[state]),
        hit_rate=known.hit_rate,
        mean_r=known.r.expectancy,
        mean_pct=known.pct.expectancy,
        total_r=known.r.total,
        total_pct=known.pct.total,
    )


def _ordered(found: list[Turned]) -> list[Turned]:
    return sorted(found, key=lambda one: (-one.rejected, one.reason))
