"""A market with a strategy that trades often, for the pages to show."""

from dataclasses import dataclass

from heliograph.market.models import Batch, Instrument, Replay, Venue
from heliograph.market.wire import to_datetime
from heliograph.signals.generate import generate
from heliograph.signals.models import StrategyVersion
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, NOW, feed, make_venue, walk

SYMBOLS = ("BTC/USDT", "ETH/USDT", "PEPE/USDT")
BARS = 400
HISTORY = 300


@dataclass(frozen=True)
class World:
    """A replay venue with 300 bars stored and evaluated, and 100 more to come."""

    batch: Batch
    instruments: list[Instrument]
    version: StrategyVersion
    bars: object
    replay: Replay

    def play(self, start, stop):
        """Store some of the bars to come, and look for signals in them; returns what was generated."""
        feed(self.batch, self.instruments, self.bars.slice(start, stop))
        Replay.objects.filter(pk=self.replay.pk).update(position=open_of(self.bars, stop - 1))
        return generate(at=NOW)


def open_of(bars, place):
    """The open of a bar as Django wants it."""
    return to_datetime(int(bars.time[place]))


def make_world(*, symbols=SYMBOLS, history=HISTORY, stage="shadow"):
    """Bars, a strategy, and the signals that it gave."""
    bars = walk(7, BARS, instruments=len(symbols))
    batch, instruments = make_venue("replay-made-up", kind=Venue.Kind.REPLAY, symbols=symbols)
    feed(batch, instruments, bars.slice(0, history))
    replay = Replay.objects.create(
        venue=batch.venue,
        sample="made-up",
        timeframe="1h",
        position=open_of(bars, history - 1),
        ends_at=open_of(bars, BARS - 1),
        started_at=NOW,
    )
    version = add_strategy(text=BUSY, stage=stage, at=NOW)
    generate(at=NOW)
    return World(batch, instruments, version, bars, replay)
