"""How the newest settled signals of each version added up, for a small line beside its score."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.db import connection

NEWEST = 60

# The index of a version's signals gives the newest ones at once, whatever there is before them.
SUMS = """
SELECT version.id, newest.r FROM unnest(%(versions)s::bigint[]) AS version(id)
CROSS JOIN LATERAL (
    SELECT outcome.r, signal.bar_time, signal.id FROM signals_signal signal
    JOIN signals_outcome outcome ON outcome.signal_id = signal.id
    WHERE signal.version_id = version.id AND outcome.state = 'settled' AND outcome.r IS NOT NULL
    ORDER BY signal.bar_time DESC, signal.id DESC LIMIT %(newest)s
) newest ORDER BY version.id, newest.bar_time, newest.id
"""


@dataclass(frozen=True, slots=True)
class Curve:
    """The running sum of R over the newest settled signals, `n` of them; it starts at 0."""

    sums: tuple[float, ...]
    n: int

    @property
    def last(self) -> float:
        """What they came to."""
        return self.sums[-1]


def curves(versions: Sequence[int]) -> dict[int, Curve]:
    """The curve of each version that has settled signals with an R. One statement."""
    found: dict[int, list[float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {"versions": list(versions), "newest": NEWEST})
        for version, r in cursor.fetchall():
            found.setdefault(version, []).append(r)
    return {
        version: Curve(tuple(accumulate(values, initial=0.0)), len(values))
        for version, values in found.items()
    }
