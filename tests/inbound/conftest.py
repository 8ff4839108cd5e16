"""A source, its secret, and candles that alerts can speak of."""

from datetime import timedelta

import pytest

from heliograph.inbound.accept import accept
from heliograph.inbound.sources import Asked, add_source
from heliograph.market.wire import to_datetime
from tests.signals.world import HOUR, START, feed_one, make_venue, walk
from tests.web.conftest import client

__all__ = ["client"]

BARS = 400


class Desk:
    """One instrument with a walk of hourly candles, fed bar by bar, and a source that alerts to it."""

    def __init__(self, *, symbol="BTC/USDT", venue="file", seed=7, bars=BARS, **asked):
        self.batch, (self.instrument,) = make_venue(venue, symbols=(symbol,))
        self.bars = walk(seed, bars)
        self.source, self.secret = add_source(
            "desk", asked=Asked(**asked), at=to_datetime(START) - timedelta(days=1)
        )
        self.version = self.source.version
        self.fed = 0

    def feed(self, until):
        """Candles up to and with bar `until`."""
        part = self.bars.slice(self.fed, until + 1)
        self.fed = until + 1
        return feed_one(self.batch, self.instrument, part, at=self.close(until))

    def open(self, bar):
        """When a bar opens."""
        return to_datetime(START + bar * HOUR)

    def close(self, bar, *, seconds=2):
        """Some seconds after a bar closed."""
        return self.open(bar + 1) + timedelta(seconds=seconds)

    def alert(self, bar, body, *, at=None, **named):
        """An alert that comes as bar `bar` has closed."""
        content = body if isinstance(body, bytes) else body.encode()
        given = {"secret": self.secret} | named
        return accept("desk", content, at=at or self.close(bar), **given)


@pytest.fixture
def desk(db):
    return Desk()
