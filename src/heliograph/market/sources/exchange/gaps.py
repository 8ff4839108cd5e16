"""The bars that a watched series should have and has not, and which of them are worth asking for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from heliograph.engine.bars import Times
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market import wire
from heliograph.market.calendars import ALWAYS, sessions, slot_of
from heliograph.market.coverage import OPENS
from heliograph.market.models import Unserved, Venue, Watch
from heliograph.market.sources.exchange.fetch import bars_between

# How long bars that a venue did not have are left alone after each time they were asked for in vain.
FIRST_REST, LONGEST_REST = timedelta(minutes=10), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Run:
    """Bars in a row: the opens (UTC milliseconds) of the first and the last one."""

    first: int
    last: int


def missing_runs(watch: Watch, *, first: int, last: int) -> list[Run]:
    """What is not stored of the bars that should open from `first` to `last`, both included, rising."""
    [opens] = wire.fetch_columns(
        OPENS,
        {
            "instrument": watch.instrument_id,
            "timeframe": watch.timeframe,
            "first": wire.to_datetime(first),
            "last": wire.to_datetime(last),
        },
    )
    expected = _expected(watch, first, last)
    absent = np.flatnonzero(~np.isin(expected, slot_of(np.sort(opens), watch.timeframe)))
    return runs_of(expected, absent)


def runs_of(expected: Times, absent: Times) -> list[Run]:
    """Runs of neighbours among the expected bars, from their positions."""
    if not len(absent):
        return []
    breaks = np.flatnonzero(np.diff(absent) > 1)
    starts = absent[np.concatenate([[0], breaks + 1])]
    stops = absent[np.concatenate([breaks, [len(absent) - 1]])]
    return [Run(int(expected[a]), int(expected[b])) for a, b in zip(starts, stops, strict=True)]


def worth_asking(runs: Sequence[Run], *, watch: Watch, venue: Venue, at: datetime) -> list[Run]:
    """The runs without what this venue was asked for in vain not long ago."""
    resting = Unserved.objects.filter(watch=watch, venue=venue, not_before__gt=at).order_by("first_open")
    frame = Timeframe.parse(watch.timeframe)
    for one in resting.values_list("first_open", "last_open"):
        rest = Run(*(wire.to_ms(moment) for moment in one))
        runs = [piece for run in runs for piece in _without(run, rest, frame)]
    return list(runs)


def note_unserved(
    asked: Sequence[Run], missing: Sequence[Run], *, watch: Watch, venue: Venue, at: datetime
) -> None:
    """Remember what is still missing of what a venue was asked for, and forget what it has served."""
    known = {one.first_open: one for one in Unserved.objects.filter(watch=watch, venue=venue)}
    overlapping = [one for one in known.values() if any(_meet(one, run) for run in asked)]
    Unserved.objects.filter(pk__in=[one.pk for one in overlapping]).delete()
    made = []
    for run in missing:
        tries = 1 + max((one.tries for one in overlapping if _meet(one, run)), default=0)
        made.append(
            Unserved(
                watch=watch,
                venue=venue,
                first_open=wire.to_datetime(run.first),
                last_open=wire.to_datetime(run.last),
                bars=bars_between(watch.timeframe, run.first, run.last),
                tries=tries,
                asked_at=at,
                not_before=at + rest_after(tries),
            )
        )
    Unserved.objects.bulk_create(made, ignore_conflicts=True)


def rest_after(tries: int) -> timedelta:
    """Twice as long after each time, up to a week."""
    return min(FIRST_REST * 2 ** min(tries - 1, 16), LONGEST_REST)


def _expected(watch: Watch, first: int, last: int) -> Times:
    """The opens of the bars that the calendar expects."""
    calendar = watch.instrument.calendar or watch.instrument.venue.calendar
    frame = Timeframe.parse(watch.timeframe)
    if calendar != ALWAYS:
        slots = sessions(calendar, first=first, last=last).slots(watch.timeframe)
        return slots[(slots >= first) & (slots <= last)]
    if frame.ms is not None:
        return np.arange(frame.start(first), last + 1, frame.ms, dtype=np.int64)
    months = np.arange((first - DAY) // DAY, last // DAY + 1).astype("datetime64[D]").astype("datetime64[M]")
    starts = np.unique(months).astype("datetime64[ms]").astype(np.int64)
    return starts[(starts >= first) & (starts <= last)]


def _without(run: Run, rest: Run, frame: Timeframe) -> list[Run]:
    if rest.last < run.first or rest.first > run.last:
        return [run]
    before = Run(run.first, frame.start(rest.first - 1))
    behind = Run(frame.end(rest.last), run.last)
    return [piece for piece in (before, behind) if piece.first <= piece.last]


def _meet(one: Unserved, run: Run) -> bool:
    return wire.to_ms(one.first_open) <= run.last and wire.to_ms(one.last_open) >= run.first
