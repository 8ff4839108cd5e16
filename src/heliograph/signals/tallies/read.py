"""Questions that the running counts answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

FOLD = """
WITH old AS (
    DELETE FROM signals_tally
    WHERE EXISTS (SELECT FROM signals_tally OFFSET %(most)s) RETURNING *
)
INSERT INTO signals_tally (version_id, venue_id, side, historical, state, reason, number, hits, with_r, r,
                           r_squares, pct, pct_squares, newest)
SELECT version_id, venue_id, side, historical, state, reason, sum(number), sum(hits), sum(with_r), sum(r),
       sum(r_squares), sum(pct), sum(pct_squares), max(newest)
FROM old GROUP BY 1, 2, 3, 4, 5, 6
"""
SUMS = """
SELECT version_id, state, sum(number), sum(hits), sum(with_r), sum(r), sum(r_squares), sum(pct),
       sum(pct_squares), max(newest)
FROM signals_tally WHERE version_id = ANY(%s) GROUP BY version_id, state
"""
REASONS = """
SELECT reason, sum(number)::bigint AS number
FROM signals_tally WHERE version_id = %s AND state = 'rejected' GROUP BY reason ORDER BY number DESC, reason
"""
COUNTS = """
SELECT state, sum(number)::bigint FROM signals_tally
WHERE (%(versions)s::bigint[] IS NULL OR version_id = ANY(%(versions)s))
  AND (%(venues)s::bigint[] IS NULL OR venue_id = ANY(%(venues)s))
  AND (%(side)s::text IS NULL OR side = %(side)s)
  AND (%(historical)s::bool IS NULL OR historical = %(historical)s)
GROUP BY state
"""
# So many differences are read in a moment.
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Sum:
    """The signals of a version in one state; of settled ones also how they ended."""

    number: int = 0
    hits: int = 0
    with_r: int = 0
    r: float = 0.0
    r_squares: float = 0.0
    pct: float = 0.0
    pct_squares: float = 0.0
    newest: datetime | None = None


def fold(*, most: int = MOST_ROWS) -> int:
    """Make few rows of many, where there are more than that; returns how many are left of those."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD, {"most": most})
        return int(cursor.rowcount)


def sums(versions: Collection[int]) -> dict[int, dict[str, Sum]]:
    """By version and state. One statement."""
    found: dict[int, dict[str, Sum]] = {version: {} for version in versions}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, [list(versions)])
        for version, state, number, hits, with_r, *rest in cursor.fetchall():
            found[version][state] = Sum(int(number), int(hits), int(with_r), *rest)
    return found


def reasons(version: int) -> list[tuple[str, int]]:
    """Why candidates of a version were rejected, the most frequent reason first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(REASONS, [version])
        return [(reason, number) for reason, number in cursor.fetchall() if number]


def counts(
    *,
    versions: Collection[int] | None = None,
    venues: Collection[int] | None = None,
    side: str | None = None,
    historical: bool | None = None,
) -> dict[str, int]:
    """How many signals and outcomes there are, by state; None leaves a question open. One statement."""
    asked = {
        "versions": None if versions is None else list(versions),
        "venues": None if venues is None else list(venues),
        "side": side,
        "historical": historical,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, asked)
        return {state: number for state, number in cursor.fetchall() if number}
