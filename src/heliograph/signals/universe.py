"""Which instruments a strategy version looks at, cut into shards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction

from heliograph.engine.bars import Times
from heliograph.engine.strategy import Universe
from heliograph.market.models import Instrument
from heliograph.market.wire import fetch_columns, to_ms
from heliograph.signals.models import Progress, StrategyVersion

# Measured: a step costs some 5 ms beside its arithmetic, however many instruments it has.
SHARD_SIZE = 2_000

SERIES_NOW = """
SELECT array_agg(instrument_id ORDER BY instrument_id), array_agg(first_open ORDER BY instrument_id),
       array_agg(last_open ORDER BY instrument_id), array_agg(amendments ORDER BY instrument_id)
FROM market_series WHERE timeframe = %(timeframe)s
"""


@dataclass(frozen=True, slots=True)
class SeriesNow:
    """All series of one timeframe as they stand.

    Int64 columns sorted by instrument, times in UTC milliseconds.
    """

    instruments: Times
    first: Times
    last: Times
    amendments: Times

    @classmethod
    def read(cls, timeframe: str) -> "SeriesNow":
        """The series of a timeframe, in one message."""
        return cls(*fetch_columns(SERIES_NOW, {"timeframe": timeframe}))

    @property
    def filled(self) -> Times:
        """The instruments that have bars: a series whose bars were all taken away ends before it begins."""
        return self.instruments[self.first <= self.last]

    def at(self, instruments: Times) -> Times:
        """The position of each of these instruments, all of which have a series."""
        return np.searchsorted(self.instruments, instruments)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An instrument that joins a version, with the facts that stay with it."""

    instrument: int
    venue: int
    origin: int
    historical_until: int
    amendments: int


@transaction.atomic
def join_instruments(version: StrategyVersion, universe: Universe, series: SeriesNow, *, at: datetime) -> int:
    """Gives each matching instrument that is not yet in a shard of the version its place; returns their
    number.

    Shards are filled up in the order of joining, a venue's own apart; nobody already in one is moved. An
    external version has none: there is nothing to evaluate.
    """
    if version.external:
        return 0
    # A step that holds its shard's row looks at the version's key: a lock of the whole row would wait for it.
    StrategyVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    shards = list(Progress.objects.select_for_update(no_key=True).filter(version=version).order_by("shard"))
    known = {instrument for shard in shards for instrument in shard.instruments}
    unknown = [instrument for instrument in series.filled.tolist() if instrument not in known]
    newcomers = [
        _newcomer(instrument, version, series)
        for instrument in Instrument.objects.filter(pk__in=unknown).select_related("venue").order_by("pk")
        if universe.holds(instrument.symbol, instrument.venue.name)
    ]
    by_venue: dict[int, list[Newcomer]] = {}
    for newcomer in newcomers:
        by_venue.setdefault(newcomer.venue, []).append(newcomer)
    for venue, joining in by_venue.items():
        _seat(version, venue, [shard for shard in shards if shard.venue_id == venue], joining, at=at)
    return len(newcomers)


def _newcomer(instrument: Instrument, version: StrategyVersion, series: SeriesNow) -> Newcomer:
    at = int(series.at(np.array([instrument.pk]))[0])
    first = int(series.first[at])
    return Newcomer(
        instrument=instrument.pk,
        venue=instrument.venue_id,
        origin=max(first, to_ms(version.origin)) if version.origin else first,
        historical_until=int(series.last[at]),
        amendments=int(series.amendments[at]),
    )


def _seat(
    version: StrategyVersion, venue: int, shards: Sequence[Progress], joining: list[Newcomer], *, at: datetime
) -> None:
    last = shards[-1] if shards else None
    free = SHARD_SIZE - len(last.instruments) if last else 0
    if last and free > 0:
        _add(last, joining[:free])
        last.epoch += 1
        last.save()
        joining = joining[free:]
    number = last.shard + 1 if last else 0
    for start in range(0, len(joining), SHARD_SIZE):
        shard = Progress(version=version, venue_id=venue, shard=number, updated_at=at)
        shard.instruments, shard.origins, shard.watermarks = [], [], []
        shard.historical_until, shard.amendments = [], []
        _add(shard, joining[start : start + SHARD_SIZE])
        shard.save()
        number += 1


def _add(shard: Progress, joining: Sequence[Newcomer]) -> None:
    for newcomer in joining:
        shard.instruments.append(newcomer.instrument)
        shard.origins.append(newcomer.origin)
        shard.watermarks.append(newcomer.origin - 1)
        shard.historical_until.append(newcomer.historical_until)
        shard.amendments.append(newcomer.amendments)
