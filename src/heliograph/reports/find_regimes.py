"""Finds the regime of each signal's instrument at its bar: trend or range, calm or volatile.

It is known from the closes until then alone, so that later bars never change it; what was found stays.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction

from heliograph.engine.bars import Floats, Times
from heliograph.engine.performance.regimes import RULES, Codes, Regime, regimes
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market import wire
from heliograph.signals.changed import tell_of_change

# Signals in one transaction, the closes that are read for them at once, and rows of one computation.
PIECE, CELLS, ROWS = 20_000, 2_000_000, 2_000
# A regime looks at so many closes, the one of its bar among them. Twice as many bars back are read: sessions
# and gaps lengthen windows.
WINDOW = RULES.warmup + 1
BACK = 2 * RULES.warmup

TAKE = """
WITH taken AS (
    DELETE FROM reports_unplaced
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM reports_unplaced LIMIT %s)) RETURNING signal_id
)
SELECT s.id, s.instrument_id, v.timeframe, s.bar_time
FROM signals_signal AS s JOIN signals_strategyversion AS v ON v.id = s.version_id
WHERE s.id = ANY (ARRAY(SELECT signal_id FROM taken)) ORDER BY s.bar_time
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
STORE = """
INSERT INTO reports_regime (signal_id, regime) SELECT * FROM unnest(%s::bigint[], %s::smallint[])
ON CONFLICT DO NOTHING
"""


class Noted(NamedTuple):
    """A signal whose regime is not known yet."""

    signal: int
    instrument: int
    timeframe: str
    bar_time: datetime

    @property
    def series(self) -> tuple[int, str]:
        """What it is a signal of."""
        return self.instrument, self.timeframe


def find_regimes(*, most: int = PIECE, pieces: int | None = None) -> int:
    """Of what was noted, a piece after the other, at most so many of them; returns how many signals."""
    found, done = 0, 0
    while pieces is None or done < pieces:
        with transaction.atomic():
            noted = _take(most)
            if not noted:
                break
            _store(noted, _regimes(noted))
            tell_of_change()
        found, done = found + len(noted), done + 1
    return found


def _take(most: int) -> list[Noted]:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [most])
        return [Noted(*row) for row in cursor.fetchall()]


def _store(noted: Sequence[Noted], codes: Codes) -> None:
    with connection.cursor() as cursor:
        ids = wire.literal([one.signal for one in noted])
        cursor.execute(STORE, [ids, wire.literal(codes.tolist())])


def _regimes(noted: Sequence[Noted]) -> Codes:
    """In their order, which is that of their bars; the closes of very long spans are read in parts."""
    spans = _spans(noted)
    if len(noted) > 1 and sum(map(_bars, spans, spans.values())) > CELLS:
        half = len(noted) // 2
        return np.concatenate([_regimes(noted[:half]), _regimes(noted[half:])])
    closes = _closes(spans)
    codes = np.full(len(noted), Regime.UNKNOWN, dtype=np.int8)
    windows = [_window(*closes[one.series], wire.to_ms(one.bar_time)) for one in noted]
    known = [place for place, window in enumerate(windows) if window is not None]
    for start in range(0, len(known), ROWS):
        some = known[start : start + ROWS]
        codes[some] = regimes(np.stack([windows[place] for place in some])).codes[:, -1]
    return codes


def _spans(noted: Sequence[Noted]) -> dict[tuple[int, str], tuple[datetime, datetime]]:
    """The first and the last bar of each series; bars rise."""
    bars: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for one in noted:
        bars[one.series].append(one.bar_time)
    return {series: (times[0], times[-1]) for series, times in bars.items()}


def _bars(series: tuple[int, str], span: tuple[datetime, datetime]) -> int:
    return BACK + int((span[1] - span[0]) / timedelta(milliseconds=_length(series)))


def _length(series: tuple[int, str]) -> int:
    return Timeframe.parse(series[1]).ms or 30 * DAY


def _window(times: Times, closes: Floats, bar: int) -> Floats | None:
    """The closes that the regime of a bar rests on; None where there are too few, or it is not there."""
    end = int(np.searchsorted(times, bar, side="right"))
    return closes[end - WINDOW : end] if end >= WINDOW and times[end - 1] == bar else None


def _closes(
    spans: Mapping[tuple[int, str], tuple[datetime, datetime]],
) -> dict[tuple[int, str], tuple[Times, Floats]]:
    """The opens and the closes of each series, over its bars and what they rest on. One statement."""
    places, times, closes = wire.fetch_columns(
        CLOSES,
        {
            "places": wire.literal(range(len(spans))),
            "instruments": wire.literal([instrument for instrument, _ in spans]),
            "timeframes": [timeframe for _, timeframe in spans],
            "firsts": [
                first - timedelta(milliseconds=BACK * _length(series)) for series, (first, _) in spans.items()
            ],
            "lasts": [last for _, last in spans.values()],
        },
    )
    bounds = np.searchsorted(places, np.arange(len(spans) + 1))
    return {
        series: (times[start:stop], closes[start:stop])
        for series, start, stop in zip(spans, bounds[:-1], bounds[1:], strict=True)
    }
