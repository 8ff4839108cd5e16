"""The months of candles that are stored, and which timeframes lie in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection

from heliograph.market.months import partition
from heliograph.market.wire import to_datetime

# By the key of each series: a month without a timeframe would be read whole to find none of it.
HELD = """
SELECT timeframe, count(*) FROM market_series AS s
WHERE EXISTS (SELECT FROM {name} AS c WHERE c.instrument_id = s.instrument_id AND c.timeframe = s.timeframe)
GROUP BY timeframe ORDER BY timeframe
"""
PARTITIONS = """
SELECT c.relname, pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('candle') ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Month:
    """One partition. `series` says by timeframe how many series have bars in it; `is_ours` if we may drop
    it."""

    month: np.datetime64
    series: Mapping[str, int]
    is_ours: bool

    @property
    def table(self) -> str:
        """The name of its table."""
        return partition(self.month)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Its first moment, and that of the next month."""
        first, last = (to_datetime(int(one.astype("datetime64[ms]").astype(int))) for one in self._edges)
        return first, last

    @property
    def _edges(self) -> tuple[np.datetime64, np.datetime64]:
        return self.month, self.month + 1

    def __str__(self) -> str:
        return str(self.month)


def stored_months(*, before: datetime) -> Sequence[Month]:
    """The months that were over before then and hold bars, oldest first."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        for name, is_ours in cursor.fetchall():
            month = np.datetime64(f"{name[8:12]}-{name[13:15]}", "M")
            one = Month(month, {}, is_ours)
            if one.span[1] > before:
                continue
            cursor.execute(HELD.format(name=name))
            if series := dict(cursor.fetchall()):
                found.append(Month(month, series, is_ours))
    return found
