"""What was added to or corrected in the past of series: how those who have gone past it hear of it.

Each series counts its amendments under the lock that its writers hold, so that a number, once seen, never
gains an earlier one behind it: to remember the number is to miss nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Times
from heliograph.market import wire
from heliograph.market.bars import NEVER

COUNTS = """
SELECT array_agg(instrument_id), array_agg(amendments) FROM market_series
WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])
"""
SINCE = """
SELECT array_agg(instrument_id), array_agg(first), array_agg(last) FROM (
    SELECT instrument_id, min(first_open) AS first, max(last_open) AS last
    FROM market_amendment
    JOIN unnest(%(ids)s::bigint[], %(seen)s::bigint[], %(newest)s::bigint[])
            AS asked(instrument, seen, newest)
        ON instrument_id = instrument AND number > seen AND number <= newest
    WHERE timeframe = %(timeframe)s
    GROUP BY instrument_id) AS amended
"""


@dataclass(frozen=True, slots=True)
class Amended:
    """One entry for each instrument that was asked for, in their order.

    `number`: how many amendments its series has; remember it and ask with it next time. `first`, `last`: the
    earliest and the newest amended bar since then (UTC milliseconds of the open), NEVER where nothing was.
    """

    number: Times
    first: Times
    last: Times


def amended_since(*, instruments: Sequence[int], timeframe: str, seen: Times | None = None) -> Amended:
    """What was amended since the numbers `seen` (default: those of today, which shows nothing)."""
    ids = np.asarray(instruments, dtype=np.int64)
    asked = {"timeframe": timeframe, "ids": wire.literal(ids)}
    number = _spread(ids, *wire.fetch_columns(COUNTS, asked), missing=0)
    never = np.full(len(ids), NEVER, dtype=np.int64)
    if seen is None or np.array_equal(seen, number):
        return Amended(number=number, first=never, last=never)
    which, first, last = wire.fetch_columns(
        SINCE, {**asked, "seen": wire.literal(seen), "newest": wire.literal(number)}
    )
    return Amended(
        number=number,
        first=_spread(ids, which, first, missing=NEVER),
        last=_spread(ids, which, last, missing=NEVER),
    )


def _spread(ids: Times, known: Times, values: Times, *, missing: int) -> Times:
    found = dict(zip(known.tolist(), values.tolist(), strict=True))
    return np.array([found.get(i, missing) for i in ids.tolist()], dtype=np.int64)
