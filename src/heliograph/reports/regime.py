"""What signals were worth by the regime of their instrument at their bar: trend or range, calm or volatile.

A regime is known from the closes until then alone, so that later bars never change it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection

from heliograph.engine.bars import Floats, Times
from heliograph.engine.performance.estimates import Estimate, mean_of, share
from heliograph.engine.performance.regimes import RULES, Codes, Regime, regimes
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market import wire
from heliograph.reports.asked import SETTLED, Asked, values_of

MOST = 5_000
NAMES = {
    Regime.TREND_CALM: "trend, calm",
    Regime.TREND_VOLATILE: "trend, volatile",
    Regime.RANGE_CALM: "range, calm",
    Regime.RANGE_VOLATILE: "range, volatile",
    Regime.UNKNOWN: "unknown",
}
SIGNALS = f"""
SELECT o.instrument_id, v.timeframe, o.bar_time, o.r, o.return_pct
{SETTLED}
ORDER BY o.exit_time DESC, o.signal_id DESC LIMIT %(most)s
"""
CLOSES = """
SELECT array_agg(wanted.place ORDER BY wanted.place, c.open_time),
       array_agg(c.open_time ORDER BY wanted.place, c.open_time),
       array_agg(c.close ORDER BY wanted.place, c.open_time)
FROM unnest(%(places)s::bigint[], %(instruments)s::bigint[], %(timeframes)s::text[],
            %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
     AS wanted (place, instrument, timeframe, first, last)
JOIN candle AS c ON c.instrument_id = wanted.instrument AND c.timeframe = wanted.timeframe
    AND c.open_time >= wanted.first AND c.open_time <= wanted.last
"""
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class InRegime:
    """The signals of one regime."""

    regime: str
    signals: int
    hit_rate: Estimate
    mean_r: Estimate
    mean_pct: Estimate


@dataclass(frozen=True, slots=True)
class ByRegime:
    """Regimes that have a signal, of the newest `signals`."""

    signals: int
    regimes: tuple[InRegime, ...]

    def to_dict(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def by_regime(asked: Asked) -> ByRegime:
    """Of the newest settled signals that are asked for. Two statements."""
    rows = _signals(asked)
    of_series: dict[Key, list[datetime]] = defaultdict(list)
    for instrument, timeframe, bar_time, _, _ in rows:
        of_series[instrument, timeframe].append(bar_time)
    known = _regimes(of_series)
    results: dict[Regime, list[tuple[float, float]]] = defaultdict(list)
    for instrument, timeframe, bar_time, r, pct in rows:
        times, codes = known[instrument, timeframe]
        place = int(np.searchsorted(times, wire.to_ms(bar_time)))
        is_there = place < len(times) and times[place] == wire.to_ms(bar_time)
        regime = Regime(int(codes[place])) if is_there else Regime.UNKNOWN
        results[regime].append((np.nan if r is None else r, np.nan if pct is None else pct))
    told = [_told(name, np.array(results[regime])) for regime, name in NAMES.items() if results[regime]]
    return ByRegime(len(rows), tuple(told))


def _told(name: str, results: Floats) -> InRegime:
    r, pct = results.T
    with_pct = pct[np.isfinite(pct)]
    hits = int(np.count_nonzero(with_pct > 0))
    return InRegime(name, len(results), share(hits, len(with_pct)), mean_of(r), mean_of(pct))


def _signals(asked: Asked) -> list[tuple]:
    facts = values_of(asked) | {"most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(SIGNALS, facts)
        return cursor.fetchall()


def _regimes(of_series: Mapping[Key, list[datetime]]) -> dict[Key, tuple[Times, Codes]]:
    """The opens and the regimes of each series, over the bars of its signals and what they rest on."""
    keys = list(of_series)
    # Twice as far back as windows reach: sessions and gaps lengthen them.
    back = [2 * RULES.warmup * (Timeframe.parse(frame).ms or 30 * DAY) for _, frame in keys]
    places, times, closes = wire.fetch_columns(
        CLOSES,
        {
            "places": wire.literal(range(len(keys))),
            "instruments": wire.literal([instrument for instrument, _ in keys]),
            "timeframes": [frame for _, frame in keys],
            "firsts": [
                min(of_series[key]) - timedelta(milliseconds=ms) for key, ms in zip(keys, back, strict=True)
            ],
            "lasts": [max(of_series[key]) for key in keys],
        },
    )
    bounds = np.searchsorted(places, np.arange(len(keys) + 1))
    return {
        key: (times[start:stop], regimes(closes[None, start:stop]).codes[0])
        for key, start, stop in zip(keys, bounds[:-1], bounds[1:], strict=True)
    }
