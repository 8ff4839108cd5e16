"""What signals are still worth some bars after their entry, from the candles: decay since publication."""

from dataclasses import asdict, dataclass

import numpy as np

from heliograph.engine.performance.decay import decay as summed
from heliograph.engine.performance.decay import while_held
from heliograph.engine.performance.estimates import Estimate
from heliograph.kit.replica import reading
from heliograph.reports.asked import SETTLED, Asked, values_of

BARS, MOST = 24, 2_000
PATHS = f"""
WITH chosen AS (
    SELECT o.signal_id, o.instrument_id, o.entry_time, o.entry_price, o.bars_held, s.stop, v.timeframe
    {SETTLED}
      AND s.stop IS NOT NULL AND o.entry_price IS NOT NULL AND s.stop <> o.entry_price
    ORDER BY o.exit_time DESC, o.signal_id DESC LIMIT %(most)s
)
SELECT entry_price, stop, bars_held, (
    SELECT array_agg(bars.close ORDER BY bars.open_time) FROM (
        SELECT close, open_time FROM candle
        WHERE instrument_id = chosen.instrument_id AND candle.timeframe = chosen.timeframe
          AND open_time >= chosen.entry_time
        ORDER BY open_time LIMIT %(bars)s) AS bars)
FROM chosen
"""


@dataclass(frozen=True, slots=True)
class Decay:
    """The mean excursion in R after 1, 2, ... bars from the entry on, whatever became of the trade (`curve`),
    and as long as it was held; `best_bar`: after how many the mean of the first is highest. Of the newest
    `signals` with a stop.
    """

    signals: int
    curve: tuple[Estimate, ...]
    held: tuple[Estimate, ...]
    best_bar: int | None

    def to_dict(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def decay(asked: Asked, *, bars: int = BARS) -> Decay:
    """Of the newest settled signals that are asked for. One statement."""
    facts = values_of(asked) | {"most": MOST, "bars": bars}
    with reading().cursor() as cursor:
        cursor.execute(PATHS, facts)
        rows = cursor.fetchall()
    paths = np.full((len(rows), bars), np.nan)
    for place, (entry, stop, _, closes) in enumerate(rows):
        if closes:
            paths[place, : len(closes)] = (np.array(closes) - entry) / (entry - stop)
    found = summed(paths)
    held = np.array([row[2] or 0 for row in rows], dtype=np.int64)
    return Decay(len(rows), found.curve, summed(while_held(paths, held)).curve, found.best_bar)
