"""Measures days of series: what should be there, what is, when it came, and how sound it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats, Times
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market import wire
from heliograph.market.days import Day, days_of, opens_between
from heliograph.market.models import Batch, Series, Venue
from heliograph.market.quality import outlying

# The typical move is taken from so many bars before the day as well; a move needs so many to be judged.
LOOK_BACK, LEAST_JUDGED = 50, 30
# A bar is timely that was stored within two intervals of its close, and within ten minutes in any case.
PATIENCE_BARS, PATIENCE_MS = 2, 600_000
CHUNK = 200
READ = """
SELECT array_agg(id ORDER BY id, open_time), array_agg(open_time ORDER BY id, open_time),
       array_agg(open ORDER BY id, open_time), array_agg(high ORDER BY id, open_time),
       array_agg(low ORDER BY id, open_time), array_agg(close ORDER BY id, open_time),
       array_agg(coalesce(first_at, recorded_at) ORDER BY id, open_time),
       array_agg((first_at IS NOT NULL)::int::bigint ORDER BY id, open_time),
       array_agg(source ORDER BY id, open_time)
FROM (
    SELECT wanted.id, c.*, (
        SELECT min(v.recorded_at) FROM candle_revision AS v
        WHERE v.instrument_id = c.instrument_id AND v.timeframe = c.timeframe AND v.open_time = c.open_time
    ) AS first_at
    FROM unnest(%(series)s::bigint[], %(instruments)s::bigint[], %(timeframes)s::text[],
                %(firsts)s::timestamptz[]) AS wanted (id, instrument, timeframe, first)
    JOIN candle AS c ON c.instrument_id = wanted.instrument AND c.timeframe = wanted.timeframe
        AND c.open_time >= wanted.first AND c.open_time < %(end)s
) AS bars
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """A series on a day. `timed` bars came as they closed, and `timely` ones soon; `judged` ones were looked
    at for what is implausible. `duplicates` are the identical rows of their deliveries, by share.
    """

    series_id: int
    day: date
    expected: int
    stored: int
    gaps: int
    timed: int
    timely: int
    revised: int
    judged: int
    implausible: int
    duplicates: float


@dataclass(frozen=True, slots=True)
class Block:
    """Bars of one series, rising; times in UTC milliseconds."""

    time: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    recorded: Times
    revised: Times
    source: Times

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Block":
        """Those bars alone."""
        return Block(*(getattr(self, name)[chosen] for name in self.__slots__))


def measure_day(series: Sequence[Series], day: date, *, at: datetime) -> Iterator[Counts]:
    """The counts of series, read with instrument and venue, on one UTC day; none where nothing is expected
    and nothing stored. Four statements for every two hundred series.
    """
    for start in range(0, len(series), CHUNK):
        part = series[start : start + CHUNK]
        known = days_of(part, first=day, last=day, at=at)
        blocks, repeated = _read(part, day)
        for one, told in zip(part, known, strict=True):
            (found,) = told.days
            if found.expected or found.stored:
                yield _counts(one, found, blocks.get(one.pk), repeated)


def _counts(series: Series, day: Day, block: Block | None, repeated: dict[int, float]) -> Counts:
    first = _ms(day.day)
    none = np.zeros(0, dtype=np.int64)
    own = None if block is None else block.of(block.time >= first)
    stored = none if own is None else own.time
    expected = opens_between(series, start=max(first, wire.to_ms(series.first_open)), end=first + DAY)
    timed, timely = _timely(series, own)
    judged, implausible = _implausible(block, own, first)
    sources = [] if own is None else own.source.tolist()
    return Counts(
        series_id=series.pk,
        day=day.day,
        expected=day.expected,
        stored=day.stored,
        # Those of today that are not over yet are not expected.
        gaps=_gaps(expected[: day.expected], stored),
        timed=timed,
        timely=timely,
        revised=0 if own is None else int(own.revised.sum()),
        judged=judged,
        implausible=implausible,
        duplicates=sum(repeated.get(source, 0.0) for source in sources),
    )


def _gaps(expected: Times, stored: Times) -> int:
    """Stretches of bars in a row that are not there."""
    lacks = ~np.isin(expected, stored)
    return int(np.count_nonzero(lacks & ~np.concatenate(([False], lacks[:-1]))))


def _timely(series: Series, own: Block | None) -> tuple[int, int]:
    """Bars that an exchange sent as they closed; what was imported says nothing of its freshness."""
    if own is None or series.instrument.venue.kind != Venue.Kind.EXCHANGE:
        return 0, 0
    frame = Timeframe.parse(series.timeframe)
    length = frame.ms or 30 * DAY
    late = own.recorded - (own.time + length)
    # What came a day later or more is history that was fetched.
    timed = late < max(DAY, PATIENCE_BARS * length)
    patience = max(PATIENCE_BARS * length, PATIENCE_MS)
    return int(timed.sum()), int((timed & (late <= patience)).sum())


def _implausible(block: Block | None, own: Block | None, first: int) -> tuple[int, int]:
    if block is None or own is None or not len(own.time):
        return 0, 0
    outside = (own.open < own.low) | (own.open > own.high) | (own.close < own.low) | (own.close > own.high)
    if len(block.time) < LEAST_JUDGED:
        return len(own.time), int(outside.sum())
    jumped = outlying(block.close)
    if jumped is not None:
        outside |= jumped[block.time >= first]
    return len(own.time), int(outside.sum())


def _read(series: Sequence[Series], day: date) -> tuple[dict[int, Block], dict[int, float]]:
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    lengths = [Timeframe.parse(one.timeframe).ms or 30 * DAY for one in series]
    columns = wire.fetch_columns(
        READ,
        {
            "series": wire.literal([one.pk for one in series]),
            "instruments": wire.literal([one.instrument_id for one in series]),
            "timeframes": [one.timeframe for one in series],
            "firsts": [first - LOOK_BACK * timedelta(milliseconds=length) for length in lengths],
            "end": first + timedelta(days=1),
        },
    )
    ids, *values = columns
    bounds = {one.pk: np.searchsorted(ids, [one.pk, one.pk + 1]) for one in series}
    blocks = {
        pk: Block(*(value[start:stop] for value in values))
        for pk, (start, stop) in bounds.items()
        if stop > start
    }
    sources = np.unique(np.concatenate([block.source for block in blocks.values()])) if blocks else []
    rows = Batch.objects.filter(pk__in=[int(one) for one in sources])
    # Of each of its bars: a delivery may reach over years.
    return blocks, {
        pk: findings.get("repeated", 0) / max(done, 1)
        for pk, done, findings in rows.values_list("pk", "rows_done", "findings")
    }


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
