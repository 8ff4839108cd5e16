"""Finishes what waits for finer data or for an instrument that is delisted, and what was revised."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db import transaction

from heliograph.market.clock import venue_clock
from heliograph.market.models import Instrument
from heliograph.signals.announce import Ended, tell_ended
from heliograph.signals.compiled import compiled
from heliograph.signals.due import working_versions
from heliograph.signals.errors import LostFence
from heliograph.signals.follow import follow_revisions
from heliograph.signals.generate import generate
from heliograph.signals.models import Outcome, Progress, StrategyVersion
from heliograph.signals.stand import Stand
from heliograph.signals.store import move
from heliograph.signals.universe import SeriesNow


@dataclass(frozen=True, slots=True)
class Settled:
    """What a call of `settle` stored."""

    settled: int = 0
    unresolved: int = 0
    revised: int = 0
    still_waiting: int = 0


def settle(*, at: datetime) -> Settled:
    """Settles signals whose finer data have come (or are no longer awaited), and ends those of the delisted.

    A delisted instrument's open signals end `unresolved`, without a price. All other outcomes are written by
    `generate` as the bars come. Revised outcomes that run on are followed.
    """
    told = generate(at=at, versions=asking_versions())
    return Settled(
        settled=told.settled,
        unresolved=end_delisted(at=at),
        revised=follow_revisions(at=at),
        still_waiting=told.waiting,
    )


def asking_versions() -> list[StrategyVersion]:
    """The versions that ask for finer data."""
    return [version for version in working_versions() if compiled(version).finer]


def end_delisted(*, at: datetime) -> int:
    """Ends the running signals of instruments that no longer trade; returns how many."""
    return sum(_end(instrument, at=at) for instrument in _delisted(at=at))


def _delisted(*, at: datetime) -> list[Instrument]:
    """The instruments with running signals that no longer trade, by the time at their venue."""
    found = Instrument.objects.filter(
        delisted_at__isnull=False, signals__outcome__state__in=Outcome.RUNNING
    ).select_related("venue")
    return [one for one in found.distinct() if one.delisted_at <= venue_clock(one.venue, at=at)]


def _end(instrument: Instrument, *, at: datetime) -> int:
    """Ends the running signals of a delisted instrument in every shard that has seen its last bar."""
    shards = Progress.objects.filter(instruments__contains=[instrument.pk])
    shards = shards.select_related("version__strategy")
    return sum(_end_in(row, instrument, at=at) for row in shards)


def _end_in(row: Progress, instrument: Instrument, *, at: datetime) -> int:
    stand = Stand.of(row)
    series = SeriesNow.read(row.version.timeframe)
    place = row.instruments.index(instrument.pk)
    if stand.watermarks[place] < series.last[series.at(np.array([instrument.pk]))[0]]:
        return 0
    after = replace(stand, epoch=stand.epoch + 1, slots=stand.slots[stand.slots["instrument"] != place])
    running = Outcome.objects.filter(
        signal__version=row.version, signal__instrument=instrument, state__in=Outcome.RUNNING
    )
    try:
        with transaction.atomic():
            move(stand, after, at=at)
            keys = running.values_list("signal__bar_time", "signal__side")
            ended = [Ended(instrument.pk, bar_time, side) for bar_time, side in keys]
            running.update(state=Outcome.State.UNRESOLVED, settled_at=at)
            tell_ended(row.version, ended, at=at)
            return len(ended)
    except LostFence:
        return 0
