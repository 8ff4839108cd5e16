"""How complete stored series are: bars that exist beside bars that should, and every gap."""

from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Times
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market import wire
from heliograph.market.calendars import ALWAYS, sessions, slot_of
from heliograph.market.models import Series

OPENS = """
SELECT array_agg(open_time) FROM candle
WHERE instrument_id = %(instrument)s AND timeframe = %(timeframe)s
  AND open_time BETWEEN %(first)s AND %(last)s
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Bars that should exist and do not: the opens of the first and the last one (UTC ms), and how many."""

    first: int
    last: int
    bars: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """One series between its first and its last bar. `share` is 0..1, None where nothing is expected."""

    venue: str
    symbol: str
    timeframe: str
    calendar: str
    first: int
    last: int
    bars: int
    expected: int
    gaps: tuple[Gap, ...]

    @property
    def missing(self) -> int:
        return sum(gap.bars for gap in self.gaps)

    @property
    def share(self) -> float | None:
        return (self.expected - self.missing) / self.expected if self.expected else None


def coverage(
    *, venue: str | None = None, symbol: str | None = None, timeframe: str | None = None
) -> list[Coverage]:
    """The coverage of stored series, by venue, symbol and timeframe; None stands for all."""
    found = Series.objects.filter(bars__gt=0).select_related("instrument__venue")
    wanted = {"instrument__venue__name": venue, "instrument__symbol": symbol, "timeframe": timeframe}
    found = found.filter(**{key: value for key, value in wanted.items() if value is not None})
    ordered = found.order_by("instrument__venue__name", "instrument__symbol")
    covered = [coverage_of(series) for series in ordered]
    return sorted(covered, key=lambda one: (one.venue, one.symbol, _length(one.timeframe)))


def coverage_of(series: Series) -> Coverage:
    """The coverage of one series by the calendar of its instrument, or else of its venue."""
    instrument = series.instrument
    calendar = instrument.calendar or instrument.venue.calendar
    [opens] = wire.fetch_columns(
        OPENS,
        {
            "instrument": series.instrument_id,
            "timeframe": series.timeframe,
            "first": series.first_open,
            "last": series.last_open,
        },
    )
    opens = np.sort(opens)
    expected, gaps = gaps_of(opens, timeframe=series.timeframe, calendar=calendar)
    return Coverage(
        venue=instrument.venue.name,
        symbol=instrument.symbol,
        timeframe=series.timeframe,
        calendar=calendar,
        first=int(opens[0]),
        last=int(opens[-1]),
        bars=len(opens),
        expected=expected,
        gaps=tuple(gaps),
    )


def gaps_of(opens: Times, *, timeframe: str, calendar: str) -> tuple[int, list[Gap]]:
    """How many bars should exist between the first and the last of these rising opens, and the gaps.

    A weekend or a holiday of the calendar is no gap. A bar outside its sessions is not expected, nor wrong.
    """
    if calendar == ALWAYS:
        return _unbroken(opens, Timeframe.parse(timeframe))
    slots = slot_of(opens, timeframe)
    expected = sessions(calendar, first=int(opens[0]), last=int(opens[-1])).slots(timeframe)
    expected = expected[(expected >= slots[0]) & (expected <= slots[-1])]
    absent = ~np.isin(expected, slots)
    starts = np.flatnonzero(absent & ~np.concatenate([[False], absent[:-1]]))
    stops = np.flatnonzero(absent & ~np.concatenate([absent[1:], [False]]))
    gaps = [
        Gap(int(expected[a]), int(expected[b]), int(b - a + 1)) for a, b in zip(starts, stops, strict=True)
    ]
    return len(expected), gaps


def _unbroken(opens: Times, frame: Timeframe) -> tuple[int, list[Gap]]:
    # Counted in steps, not on a grid: bars of another zone lie off the UTC grid, and its days are 23 to 25 h.
    if frame.ms is None:
        months = (opens + DAY // 2).astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        steps = np.diff(months)
    else:
        steps = np.rint(np.diff(opens) / frame.ms).astype(np.int64)
    gaps = []
    for k in np.flatnonzero(steps > 1).tolist():
        first = frame.end(int(opens[k]))
        last = first
        for _ in range(int(steps[k]) - 2 if frame.ms is None else 0):
            last = frame.end(last)
        if frame.ms is not None:
            last = first + (int(steps[k]) - 2) * frame.ms
        gaps.append(Gap(first, last, int(steps[k]) - 1))
    return int(steps.sum()) + 1, gaps


def _length(timeframe: str) -> int:
    return Timeframe.parse(timeframe).ms or 31 * DAY
