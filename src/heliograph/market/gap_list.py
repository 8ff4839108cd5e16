"""The gaps of many series over a period, and what becomes of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from heliograph.engine.bars import Times
from heliograph.market import wire
from heliograph.market.coverage import Gap, gaps_of
from heliograph.market.models import Series, Unserved, Watch

OPENS = """
SELECT array_agg(series ORDER BY series, open_time), array_agg(open_time ORDER BY series, open_time)
FROM (SELECT wanted.id AS series, open_time
      FROM unnest(%(series)s::bigint[], %(instruments)s::bigint[], %(timeframes)s::text[])
              AS wanted (id, instrument, timeframe)
      JOIN candle ON instrument_id = instrument AND candle.timeframe = wanted.timeframe
          AND open_time >= %(first)s AND open_time <= %(last)s) AS rows
"""


@dataclass(frozen=True, slots=True)
class Healing:
    """What is done about a gap of a watched series: how often it was asked for in vain, when last, and when
    it is asked for next (None: with the next look for gaps)."""

    tries: int
    asked_at: datetime | None
    not_before: datetime | None


@dataclass(frozen=True, slots=True)
class OpenGap:
    """A gap of a series; `watch` and `healing` are None where nobody fetches the series."""

    series: Series
    gap: Gap
    watch: Watch | None
    healing: Healing | None


def gap_list(series: Sequence[Series], *, first: datetime, last: datetime) -> list[OpenGap]:
    """The gaps between bars that open from `first` to `last`, by series, the newest first. Three statements.

    The series were read with instrument and venue.
    """
    opens = _opens(series, first=first, last=last)
    watches = _watches(series)
    unserved = _unserved(watches.values())
    found = []
    for one in series:
        own = opens[one.pk]
        if len(own) < 2:
            continue
        calendar = one.instrument.calendar or one.instrument.venue.calendar
        _, gaps = gaps_of(own, timeframe=one.timeframe, calendar=calendar)
        watch = watches.get((one.instrument_id, one.timeframe))
        healing = unserved.get(watch.pk, ()) if watch else ()
        found += [OpenGap(one, gap, watch, _healing(gap, healing) if watch else None) for gap in gaps[::-1]]
    return found


def _opens(series: Sequence[Series], *, first: datetime, last: datetime) -> Mapping[int, Times]:
    if not series:
        return {}
    ids, opens = wire.fetch_columns(
        OPENS,
        {
            "series": wire.literal([one.pk for one in series]),
            "instruments": wire.literal([one.instrument_id for one in series]),
            "timeframes": [one.timeframe for one in series],
            "first": first,
            "last": last,
        },
    )
    bounds = {one.pk: np.searchsorted(ids, [one.pk, one.pk + 1]) for one in series}
    return {pk: opens[start:stop] for pk, (start, stop) in bounds.items()}


def _watches(series: Sequence[Series]) -> dict[tuple[int, str], Watch]:
    found = Watch.objects.filter(instrument__in=[one.instrument_id for one in series])
    return {(watch.instrument_id, watch.timeframe): watch for watch in found}


def _unserved(watches: Collection[Watch]) -> dict[int, list[Unserved]]:
    found: dict[int, list[Unserved]] = {}
    for one in Unserved.objects.filter(watch__in=list(watches)):
        found.setdefault(one.watch_id, []).append(one)
    return found


def _healing(gap: Gap, unserved: Sequence[Unserved]) -> Healing:
    own = [
        one
        for one in unserved
        if wire.to_ms(one.first_open) <= gap.last and wire.to_ms(one.last_open) >= gap.first
    ]
    return Healing(
        tries=sum(one.tries for one in own),
        asked_at=max((one.asked_at for one in own), default=None),
        not_before=min((one.not_before for one in own), default=None),
    )
