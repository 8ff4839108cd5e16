"""How open signals stand at the newest close."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from heliograph.signals.items import SignalItem

# Each open trade walks its own few bars of the primary key; the newest close is the last of them.
STATEMENT = """
SELECT wanted.id, bars.low, bars.high, bars.close
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[])
     AS wanted (id, instrument_id, timeframe, entered)
CROSS JOIN LATERAL (
    SELECT min(low) AS low, max(high) AS high, (array_agg(close ORDER BY open_time DESC))[1] AS close
    FROM candle
    WHERE candle.instrument_id = wanted.instrument_id
      AND candle.timeframe = wanted.timeframe
      AND candle.open_time >= wanted.entered
) AS bars
WHERE bars.close IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """In R, before fees, parts already taken included."""

    r: float
    worst: float
    best: float


def marks_of(items: Iterable[SignalItem]) -> dict[int, Mark]:
    """The marks of those items that are open, have a stop and have bars. At most one statement."""
    wanted = {item.id: item for item in items if item.state == "open" and item.stop is not None}
    wanted = {key: item for key, item in wanted.items() if item.entry_price is not None}
    if not wanted:
        return {}
    columns = (
        list(wanted),
        [item.instrument_id for item in wanted.values()],
        [item.timeframe for item in wanted.values()],
        [item.entry_time for item in wanted.values()],
    )
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, columns)
        found = cursor.fetchall()
    return {key: _mark(wanted[key], low, high, close) for key, low, high, close in found}


def _mark(item: SignalItem, low: float, high: float, close: float) -> Mark:
    assert item.entry_price is not None
    assert item.stop is not None
    entry, risk = item.entry_price, item.entry_price - item.stop

    def in_r(price: float) -> float:
        return (price - entry) / risk if risk else 0.0

    taken = sum(part["fraction"] for part in item.parts)
    r = sum(part["fraction"] * in_r(part["price"]) for part in item.parts) + (1 - taken) * in_r(close)
    worst, best = sorted((in_r(low), in_r(high)))
    return Mark(r, min(worst, 0.0), max(best, 0.0))
