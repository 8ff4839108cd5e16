"""Replay venues: made with their history, found with their instruments."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db import transaction

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Batch, Instrument, Replay, Venue
from heliograph.market.sources.replay.samples import Sample, find_sample, read_sample
from heliograph.market.store import Stored, store_tick
from heliograph.market.wire import to_datetime


@transaction.atomic
def load_sample(sample: Sample, *, at: datetime) -> Replay | None:
    """Store the history of a sample in a replay venue that stands before its first held-back bar.

    None if the sample is there already: nothing is changed then.
    """
    if Replay.objects.filter(sample=sample.name).exists():
        return None
    return _make(sample, run=1, at=at)


@transaction.atomic
def new_run(replay: Replay, *, at: datetime) -> Replay:
    """Replay the sample of a replay again, in a venue of its own; what was published stays."""
    sample = find_sample(replay.sample)
    # Two who ask at once take turns.
    first = Replay.objects.select_for_update().filter(sample=sample.name).order_by("pk").first()
    runs = Replay.objects.filter(sample=sample.name).count() if first else 0
    return _make(sample, run=runs + 1, at=at)


def store_bars(replay: Replay, start: int, stop: int, *, at: datetime) -> Stored:
    """Store the bars start..stop-1 of a replay's sample as if they had just closed at its venue."""
    sample = find_sample(replay.sample)
    whole = read_sample(sample)
    bars = whole.bars.slice(start, stop)
    there = np.flatnonzero(~np.isnan(bars.close).all(axis=1))
    ids = _instruments(replay.venue, [whole.symbols[row] for row in there])
    return store_tick(
        instruments=ids,
        timeframe=sample.timeframe,
        candles=Bars(bars.time, **{name: getattr(bars, name)[there] for name in INPUTS}),
        batch=_batch(replay.venue),
        at=at,
        clock=to_datetime(Timeframe.parse(sample.timeframe).end(int(bars.time[-1]))),
    )


def _make(sample: Sample, *, run: int, at: datetime) -> Replay:
    whole = read_sample(sample)
    name = f"replay-{sample.name}" if run == 1 else f"replay-{sample.name}-{run}"
    venue = Venue.objects.create(name=name, kind=Venue.Kind.REPLAY, calendar=sample.calendar)
    Batch.objects.create(venue=venue, kind=Venue.Kind.REPLAY, name=sample.file, started_at=at)
    replay = Replay.objects.create(
        venue=venue,
        sample=sample.name,
        timeframe=sample.timeframe,
        position=to_datetime(int(whole.bars.time[whole.boundary - 1])),
        ends_at=to_datetime(int(whole.bars.time[-1])),
        started_at=at,
    )
    store_bars(replay, 0, whole.boundary, at=at)
    return replay


def _instruments(venue: Venue, symbols: Sequence[str]) -> list[int]:
    """The instruments of these symbols; one is listed with its first bar."""
    known = dict(Instrument.objects.filter(venue=venue, symbol__in=symbols).values_list("symbol", "pk"))
    for symbol in symbols:
        if symbol not in known:
            known[symbol] = Instrument.objects.create(venue=venue, symbol=symbol).pk
    return [known[symbol] for symbol in symbols]


def _batch(venue: Venue) -> Batch:
    return Batch.objects.get(venue=venue, kind=Venue.Kind.REPLAY)
