"""What is stored, in the shape in which the emulated exchange tells the truth."""

from datetime import datetime

import numpy as np

from heliograph.market.bars import load_series
from heliograph.market.models import Batch, Candle, Watch
from heliograph.market.sources.exchange.backfill import backfill
from heliograph.market.sources.exchange.skew import running_from
from heliograph.market.sources.exchange.watched import load_watches
from heliograph.market.sources.exchange.watches import add_watches


class Heard:
    """Hears the progress of a backfill, and can end it."""

    def __init__(self, *, until=None):
        self.reports = []
        self.arguments = {}
        self._until = until

    def report(self, done, *, total=None, unit=None, cursor=None):
        self.reports.append((done, total, unit))
        if self._until is not None and len(self.reports) >= self._until:
            raise KeyboardInterrupt


def stored(instrument, *, timeframe="5m"):
    """Open time, open .. volume of each stored candle."""
    bars = load_series(instrument=instrument.pk, timeframe=timeframe)
    return np.column_stack(
        [bars.time, *(getattr(bars, name)[0] for name in ("open", "high", "low", "close", "volume"))]
    )


def watch(symbols, *, since: datetime, at: datetime, **options):
    """Watched series that the polls may take at once."""
    made = add_watches(symbols, timeframe="5m", since=since, at=at, **options)
    Watch.objects.update(due_at=None)
    return load_watches([one.pk for one in made])


def fill(watches, *, at: datetime, run=None):
    """Backfill; returns what it says."""
    return backfill(watches, run=run or Heard(), now=running_from(at))


def findings():
    """What all deliveries refused or noticed, summed."""
    total = {}
    for batch in Batch.objects.all():
        for name, count in batch.findings.items():
            total[name] = total.get(name, 0) + count
    return total


def sources(instrument):
    """The venue that each stored candle came from, in the order of time."""
    found = Candle.objects.filter(instrument=instrument).order_by("open_time")
    return list(found.values_list("source__venue__name", flat=True))
