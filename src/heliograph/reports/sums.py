"""Reads and keeps the sums of settled signals (see the migration for how they come about)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby
from operator import add

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from heliograph.kit.replica import reading
from heliograph.reports.asked import Asked, Span, days, values_of, whole_months
from heliograph.reports.groupings import By

R_BINS = [f"r_bin_{place}" for place in range(18)]
# How many signals are added in one transaction, for which others may wait; how many are read row by row when
# somebody asks; and how many are added then. Of more only the workers see the end: they are left out.
PIECE = 10_000
MOST_WAITING = 1_000
MOST_ADDED = 10_000

# Part of the sums, what its key is in a row of one signal, and what groups are told apart by.
PARTS = {
    By.STRATEGY: ("day", "0::bigint", "v.strategy_id"),
    By.VERSION: ("day", "0::bigint", "v.id"),
    By.TIMEFRAME: ("day", "0::bigint", "v.timeframe"),
    By.SIDE: ("day", "0::bigint", "m.side"),
    By.INSTRUMENT: ("instrument", "instrument_id", "m.key"),
    By.HOUR: ("hour", "hour", "m.key"),
    By.CONFIDENCE: ("confidence", "confidence", "m.key"),
    By.REGIME: ("regime", "reports_regime_of(signal_id)", "m.key"),
}
# By which part whole months of those are added up: it has the fewest rows.
MONTHS = "regime"
# Groups of these have a series of days.
WITH_DAYS = frozenset(by for by, (part, *_) in PARTS.items() if part == "day")

SUMMED = """
SELECT version_id, side, period, key, {columns} FROM reports_sum
WHERE part = '{part}' AND period >= %(first)s AND period < %(end)s
"""
NOTED = """
UNION ALL
SELECT version_id, side, day, {key}, {columns} FROM reports_pending()
WHERE day >= %({since})s AND day < %({until})s
"""
# Of groups that have days, those beside whole months are kept.
DAYS_BESIDE = """
UNION ALL
SELECT version_id, side, period, key, {columns} FROM reports_sum
WHERE part = 'day' AND period >= %(first_{n})s AND period < %(end_{n})s
"""
# Days beside whole months: from the rows, whether they were added or not.
BESIDE = """
UNION ALL
SELECT version_id, side, day, {key}, {columns} FROM reports_settled
WHERE exit_time >= %(first_{n})s::date::timestamp AT TIME ZONE 'UTC'
  AND exit_time < %(end_{n})s::date::timestamp AT TIME ZONE 'UTC'
"""
GROUPED = """
SELECT {groups}, {sums}
FROM ({source}) AS m JOIN signals_strategyversion AS v ON v.id = m.version_id
WHERE (%(strategies)s::bigint[] IS NULL OR v.strategy_id = ANY (%(strategies)s))
  AND NOT v.strategy_id = ANY (%(hidden)s::bigint[])
  AND (%(version)s::bigint IS NULL OR v.id = %(version)s)
  AND (%(timeframe)s::text IS NULL OR v.timeframe = %(timeframe)s)
  AND (%(side)s::text IS NULL OR m.side = %(side)s)
GROUP BY {places}
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """Settled signals added up. Each `with_` is how many have what is added up beside it.

    `hits` are those with a return above 0; `said` are those with a return and a confidence from 0 to 1, with
    the sums of their confidences, hits, squares of confidence less hit, and log losses. `r_bins` count the R
    by the engine's R_EDGES, with those below and above.
    """

    number: int = 0
    with_pct: int = 0
    hits: int = 0
    with_r: int = 0
    with_mfe: int = 0
    with_mae: int = 0
    with_bars: int = 0
    with_seconds: int = 0
    said: int = 0
    said_hits: int = 0
    pct: float = 0.0
    pct_squares: float = 0.0
    pct_won: float = 0.0
    pct_lost: float = 0.0
    r: float = 0.0
    r_squares: float = 0.0
    r_won: float = 0.0
    r_lost: float = 0.0
    mfe: float = 0.0
    mae: float = 0.0
    bars: float = 0.0
    seconds: float = 0.0
    said_confidence: float = 0.0
    said_squares: float = 0.0
    said_log_loss: float = 0.0
    r_bins: tuple[int, ...] = (0,) * len(R_BINS)

    def __add__(self, other: "Sums") -> "Sums":
        both = zip(_values(self), _values(other), strict=True)
        return Sums(*(one + two for one, two in both), r_bins=tuple(map(add, self.r_bins, other.r_bins)))


COLUMNS = [field.name for field in fields(Sums) if field.name != "r_bins"]
COUNTS = frozenset(field.name for field in fields(Sums) if field.type is int)


@dataclass(frozen=True, slots=True)
class Day:
    """What the signals of a group that ended on a UTC day came to."""

    group: int | str
    day: date
    number: int
    with_r: int
    with_pct: int
    r: float
    pct: float


def fold(*, most: int = PIECE) -> int:
    """Add what settled since the last time, a piece after the other; returns how many signals that were."""
    folded = 0
    while added := _fold_piece(most):
        folded += added
    return folded


def fold_if_many(*, few: int = MOST_WAITING, most: int = MOST_ADDED) -> int:
    """The same where so many wait that reading them row by row would take longer than adding them, but not
    so many that nobody would wait for that.
    """
    waiting = _waiting(most + 1, at=connection)
    return fold() if few <= waiting <= most else 0


def left_out(*, most: int = MOST_ADDED) -> int:
    """How many settled signals wait and are in no answer, since that would take too long; 0 but for moments
    in which very many settle.
    """
    at = reading()
    return _waiting(None, at=at) if _waiting(most + 1, at=at) > most else 0


def _waiting(most: int | None, *, at: BaseDatabaseWrapper) -> int:
    with at.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM reports_unsummed LIMIT %s) AS waiting", [most])
        return int(cursor.fetchone()[0])


def _fold_piece(most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reports_fold(%s)", [most])
        return int(cursor.fetchone()[0])


def recount() -> None:
    """Form all sums anew from the rows: needed only where these were written with triggers disabled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reports_anew()")


def sums_by(asked: Asked, by: By) -> dict[int | str, Sums]:
    """The sums of each group: ids of strategies, versions and instruments, names of timeframes and sides,
    hours, bins of confidence, of which the one after the last has those without, and regimes. One statement.
    """
    names = [*COLUMNS, *R_BINS]
    rows = _ask(asked, by, columns=names, groups=PARTS[by][2], by_months=by in WITH_DAYS)
    return {row[0]: typed_sums(row[1:]) for row in rows if row[1]}


def typed_sums(values: Sequence[float]) -> Sums:
    """Sums from what the database gives for COLUMNS and R_BINS."""
    cut = len(COLUMNS)
    return Sums(*_typed(values[:cut]), r_bins=tuple(map(int, values[cut:])))


def days_by(asked: Asked, by: By | None) -> list[Day]:
    """The days of each group, of one that holds all where `by` is None, in their order. One statement."""
    part = by or By.SIDE
    group = PARTS[part][2] if by else "''"
    columns = ["number", "with_r", "with_pct", "r", "pct"]
    rows = _ask(asked, part, columns=columns, groups=f"{group}, m.period")
    days = [Day(row[0], row[1], *map(int, row[2:5]), *row[5:]) for row in rows if row[2]]
    return sorted(days, key=lambda one: one.day)


def together(days: Sequence[Day]) -> list[Day]:
    """The days of all groups, given in their order, added up."""
    found = []
    for day, of_day in groupby(days, key=lambda one: one.day):
        columns = zip(
            *((one.number, one.with_r, one.with_pct, one.r, one.pct) for one in of_day), strict=True
        )
        found.append(Day("", day, *map(sum, columns)))
    return found


def _ask(
    asked: Asked, by: By, *, columns: Sequence[str], groups: str, by_months: bool = False
) -> list[tuple]:
    part, key, _ = PARTS[by]
    wanted = days(asked)
    within, beside = (wanted, []) if part == "day" and not by_months else whole_months(wanted)
    # What is noted of the days beside is in them where these are read row by row.
    since, until, of_days = ("from", "to", DAYS_BESIDE) if by_months else ("first", "end", BESIDE)
    noted = NOTED if _waiting(MOST_ADDED + 1, at=reading()) <= MOST_ADDED else ""
    template = SUMMED + noted + "".join(of_days.replace("{n}", str(n)) for n in range(len(beside)))
    source = template.format(
        part=MONTHS if by_months else part, key=key, columns=", ".join(columns), since=since, until=until
    )
    return grouped(asked, source, columns=columns, groups=groups, within=within, beside=beside)


def grouped(
    asked: Asked, source: str, *, columns: Sequence[str], groups: str, within: Span, beside: Sequence[Span]
) -> list[tuple]:
    """The rows of a source as `SUMMED` is one, of what is asked for, added up by groups."""
    sums = ", ".join(f"sum(m.{name})" for name in columns)
    places = ", ".join(str(place + 1) for place in range(groups.count(",") + 1))
    wanted = values_of(asked)
    spans = {"first": within.first, "end": within.end, "from": wanted["first"], "to": wanted["end"]}
    with reading().cursor() as cursor:
        statement = GROUPED.format(groups=groups, places=places, sums=sums, source=source)
        cursor.execute(statement, wanted | spans | _ends(beside))
        return cursor.fetchall()


def _ends(beside: Sequence[Span]) -> dict[str, date]:
    firsts = {f"first_{n}": span.first for n, span in enumerate(beside)}
    return firsts | {f"end_{n}": span.end for n, span in enumerate(beside)}


def _values(sums: Sums) -> Iterator[float]:
    return (getattr(sums, name) for name in COLUMNS)


def _typed(values: Sequence[float]) -> Iterator[float]:
    """Sums of whole numbers come as decimals."""
    return (int(v) if n in COUNTS else float(v) for n, v in zip(COLUMNS, values, strict=True))
