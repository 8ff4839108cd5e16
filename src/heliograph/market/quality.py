"""How good the newest bars of a series are: measured parts, each with what it rests on, and one score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db import connection

from heliograph.engine.bars import Floats, Times
from heliograph.market import wire
from heliograph.market.coverage import gaps_of
from heliograph.market.models import Batch, Series
from heliograph.market.queries import missing_since

# Each series is judged by so many of its newest bars.
NEWEST = 2_000
# So much of the score is each part.
WEIGHTS = {
    "coverage": 0.35,
    "staleness": 0.2,
    "OHLC consistency": 0.15,
    "outliers": 0.1,
    "zero-volume runs": 0.1,
    "revised bars": 0.05,
    "duplicates": 0.05,
}
# A move is an outlier beyond so many typical ones (the median move, scaled to a deviation) where the next one
# goes back by half of it at least: a price that nobody traded at.
TYPICAL_MOVES = 12.0
# A run of so many bars without volume is no quiet minute any more.
LONG_RUN = 5
# So many missing bars since the newest one, or such a share of bad bars, and a part is worth nothing.
STALE_BARS, MOST_BAD = 20, 0.1

READ = """
SELECT array_agg(series ORDER BY series, open_time), array_agg(open_time ORDER BY series, open_time),
       array_agg(open ORDER BY series, open_time), array_agg(high ORDER BY series, open_time),
       array_agg(low ORDER BY series, open_time), array_agg(close ORDER BY series, open_time),
       array_agg(volume ORDER BY series, open_time), array_agg(source ORDER BY series, open_time)
FROM (SELECT wanted.id AS series, bars.* FROM unnest(%(series)s::bigint[], %(instruments)s::bigint[],
            %(timeframes)s::text[], %(lasts)s::timestamptz[]) AS wanted (id, instrument, timeframe, last)
      CROSS JOIN LATERAL (
          SELECT open_time, open, high, low, close, volume, source FROM candle
          WHERE instrument_id = wanted.instrument AND candle.timeframe = wanted.timeframe
            AND open_time <= wanted.last
          ORDER BY open_time DESC LIMIT %(newest)s) AS bars) AS rows
"""


REVISED = """
SELECT wanted.id, count(DISTINCT open_time)
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[])
        AS wanted (id, instrument, timeframe, first)
JOIN candle_revision AS revision ON instrument_id = wanted.instrument
    AND revision.timeframe = wanted.timeframe AND open_time >= wanted.first
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was measured: 0 to 1, None where it cannot be known, and in words what it rests on."""

    name: str
    weight: float
    score: float | None
    says: str


@dataclass(frozen=True, slots=True)
class Quality:
    """A series judged by `bars` bars from `first` to `last` (ms). `score` is the mean of the known parts by
    their weights, 0 to 100; None where none is known."""

    series: Series
    bars: int
    first: int
    last: int
    parts: tuple[Part, ...]

    @property
    def score(self) -> float | None:
        """One number; the parts say why."""
        known = [part for part in self.parts if part.score is not None]
        weight = sum(part.weight for part in known)
        reached = sum(part.weight * part.score for part in known if part.score is not None)
        return 100 * reached / weight if weight else None

    @property
    def worst(self) -> Part | None:
        """The known part with the least score."""
        return min((p for p in self.parts if p.score is not None), key=lambda p: p.score or 0.0, default=None)


def quality_of(series: Sequence[Series], *, at: datetime) -> list[Quality]:
    """The quality of series that were read with instrument and venue. Few statements, however many."""
    if not series:
        return []
    blocks = _read(series)
    revised = _revised(series, blocks)
    repeated = _repeated(blocks)
    missing = missing_since(series, at=at)
    return [_quality(one, blocks[one.pk], missing[one.pk], revised[one.pk], repeated) for one in series]


@dataclass(frozen=True, slots=True)
class Block:
    """The newest bars of one series, rising."""

    time: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    source: Times


def _quality(
    series: Series, block: Block, missing: int | None, revised: int, repeated: Mapping[int, int]
) -> Quality:
    scored = {
        "coverage": _coverage(series, block),
        "staleness": _staleness(missing),
        "OHLC consistency": _consistency(block),
        "outliers": _outliers(block),
        "zero-volume runs": _quiet(block),
        "revised bars": _revisions(block, revised),
        "duplicates": _duplicates(block, repeated),
    }
    parts = tuple(Part(name, WEIGHTS[name], *told) for name, told in scored.items())
    first, last = (int(block.time[0]), int(block.time[-1])) if len(block.time) else (0, 0)
    return Quality(series, len(block.time), first, last, parts)


Told = tuple[float | None, str]


def _coverage(series: Series, block: Block) -> Told:
    if not len(block.time):
        return None, "no bars"
    calendar = series.instrument.calendar or series.instrument.venue.calendar
    expected, gaps = gaps_of(block.time, timeframe=series.timeframe, calendar=calendar)
    gone = sum(gap.bars for gap in gaps)
    if not expected:
        return None, f"the calendar {calendar} expects no bar in that time"
    return (expected - gone) / expected, f"{gone:,} of {expected:,} missing in {_counted(len(gaps), 'gap')}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _staleness(missing: int | None) -> Told:
    if missing is None:
        return None, "of files, which owe no newer bar"
    says = "the newest bar is there" if missing == 0 else f"{_counted(missing, 'newer bar')} should be there"
    return 1 - min(max(missing - 1, 0), STALE_BARS) / STALE_BARS, says


def _consistency(block: Block) -> Told:
    if not len(block.time):
        return None, "no bars"
    low, high = block.low, block.high
    outside = (block.open < low) | (block.open > high) | (block.close < low) | (block.close > high)
    count = int(outside.sum())
    return _of_bad(count, len(block.time)), f"{count:,} with an open or close outside low to high"


def _outliers(block: Block) -> Told:
    if len(block.time) < 30:
        return None, f"{len(block.time):,} bars, 30 needed"
    far = outlying(block.close)
    if far is None:
        return None, "the price hardly moves"
    count = int(far.sum())
    says = f"{count:,} jumped over {TYPICAL_MOVES:g} typical moves and came back"
    return _of_bad(count, len(block.time)), says


def outlying(close: Floats) -> npt.NDArray[np.bool_] | None:
    """Which of three closes or more jumped far and came back; None where the price hardly moves."""
    moves = np.diff(np.log(close))
    typical = 1.4826 * float(np.median(np.abs(moves - np.median(moves))))
    if typical == 0:
        return None
    jump, back = moves[:-1], moves[1:]
    far = (np.abs(jump) > TYPICAL_MOVES * typical) & (jump * back < 0) & (np.abs(back) > np.abs(jump) / 2)
    return np.concatenate(([False], far, [False]))


def _quiet(block: Block) -> Told:
    known = ~np.isnan(block.volume)
    if not known.any():
        return None, "the source gives no volume"
    runs = _runs(known & (block.volume == 0))
    long = runs[runs >= LONG_RUN]
    says = f"{_counted(int(long.sum()), 'bar')} in {_counted(len(long), 'run')} of {LONG_RUN} or more"
    longest = f", the longest {int(runs.max()):,}" if len(long) else ""
    return 1 - float(long.sum()) / int(known.sum()), says + longest


def _runs(flags: npt.NDArray[np.bool_]) -> Times:
    """The lengths of the runs of true."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int64), [0]]))
    return np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)


def _revisions(block: Block, revised: int) -> Told:
    if not len(block.time):
        return None, "no bars"
    return _of_bad(revised, len(block.time)), f"{revised:,} corrected after they were stored"


def _duplicates(block: Block, repeated: Mapping[int, int]) -> Told:
    if not len(block.time):
        return None, "no bars"
    count = sum(repeated.get(int(batch), 0) for batch in np.unique(block.source))
    says = f"none is stored twice; {count:,} identical rows dropped from its deliveries"
    return _of_bad(count, len(block.time)), says


def _of_bad(count: int, bars: int) -> float:
    return 1 - min(count / bars / MOST_BAD, 1.0)


def _read(series: Sequence[Series]) -> dict[int, Block]:
    columns = wire.fetch_columns(
        READ,
        {
            "series": wire.literal([one.pk for one in series]),
            "instruments": wire.literal([one.instrument_id for one in series]),
            "timeframes": [one.timeframe for one in series],
            "lasts": [one.last_open for one in series],
            "newest": NEWEST,
        },
    )
    ids, *values = columns
    bounds = {one.pk: np.searchsorted(ids, [one.pk, one.pk + 1]) for one in series}
    return {pk: Block(*(value[start:stop] for value in values)) for pk, (start, stop) in bounds.items()}


def _revised(series: Sequence[Series], blocks: Mapping[int, Block]) -> dict[int, int]:
    """The corrections of bars among those that are judged. One statement."""
    wanted = {one.pk: one for one in series if len(blocks[one.pk].time)}
    found = dict.fromkeys((one.pk for one in series), 0)
    if not wanted:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            REVISED,
            [
                list(wanted),
                [one.instrument_id for one in wanted.values()],
                [one.timeframe for one in wanted.values()],
                [wire.to_datetime(int(blocks[pk].time[0])) for pk in wanted],
            ],
        )
        found.update(cursor.fetchall())
    return found


def _repeated(blocks: Mapping[int, Block]) -> dict[int, int]:
    """The identical rows that each delivery had. One statement."""
    sources = np.unique(np.concatenate([block.source for block in blocks.values()]))
    rows = Batch.objects.filter(pk__in=sources.tolist()).values_list("pk", "findings")
    return {pk: int(findings.get("repeated", 0)) for pk, findings in rows}
