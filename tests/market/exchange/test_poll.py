"""The newest bars over REST: asked when they closed, read again, from the first venue that answers."""

from datetime import timedelta

import numpy as np
import pytest

from heliograph.market.models import CandleRevision, Unserved
from heliograph.market.sources.exchange.poll import poll_due
from tests.market.exchange.conftest import BTC, FIVE
from tests.market.exchange.stored import fill, stored, watch

KLINES = "/api/v3/klines"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def btc(exchange, binance):
    """BTC/USDT watched since ten bars ago, its history fetched."""
    [one] = watch([BTC], since=exchange.clock.now - 10 * FIVE, at=exchange.clock.now)
    fill([one], at=exchange.clock.now)
    poll_due(at=exchange.clock.now)
    return one


def step(exchange, seconds=300.0):
    """Move the exchange's clock on, and poll."""
    exchange.clock.advance(seconds)
    return poll_due(at=exchange.clock.now)


def klines(exchange):
    return exchange.served.requests[KLINES]


def test_a_series_is_asked_for_when_its_bar_has_closed_and_not_before(exchange, btc):
    before = klines(exchange)
    counts = [(step(exchange, 60), klines(exchange) - before) for _ in range(11)]
    assert counts == [(0, 0)] * 4 + [(0, 0)] + [(1, 1)] + [(0, 1)] * 4 + [(1, 2)]
    assert np.array_equal(stored(btc.instrument), exchange.truth(BTC)[90:])


def test_the_last_bars_are_read_again_for_corrections(exchange, btc):
    opened = exchange.clock.now
    exchange.mark("revised", BTC, opened)
    step(exchange, 301)
    first = stored(btc.instrument)[-1].tolist()
    for _ in range(5):
        step(exchange)
    assert np.array_equal(stored(btc.instrument), exchange.truth(BTC)[90:])
    revision = CandleRevision.objects.get()
    assert [revision.close, revision.volume] == first[4:]


def test_a_late_bar_is_asked_for_again_until_it_comes(exchange, btc):
    exchange.mark("late", BTC, exchange.clock.now)
    assert step(exchange, 301) == 0
    asked = klines(exchange)
    changed = [step(exchange, 10) for _ in range(14)]
    # Told 90 s behind its close; the pauses grow with its age.
    assert (sum(changed), klines(exchange) - asked <= 7) == (1, True)
    assert np.array_equal(stored(btc.instrument), exchange.truth(BTC)[90:])


def test_a_gap_alone_is_asked_for_and_not_again_each_minute(exchange, btc):
    opened = exchange.clock.now
    exchange.mark("missing", BTC, opened)
    step(exchange, 301)
    for _ in range(8):
        step(exchange)
    gap = Unserved.objects.get()
    assert (gap.first_open, gap.last_open, gap.bars) == (opened, opened, 1)
    before = klines(exchange)
    for _ in range(10):
        step(exchange)
    # Ten polls, and the gap once or twice: it is told an hour behind its close.
    assert klines(exchange) - before <= 12
    assert (Unserved.objects.count(), np.array_equal(stored(btc.instrument), exchange.truth(BTC)[90:])) == (
        0,
        True,
    )


def test_a_bar_that_never_comes_stays_visible_as_a_gap(exchange, btc):
    exchange.mark("lost", BTC, exchange.clock.now)
    step(exchange, 301)
    for _ in range(20):
        step(exchange)
    assert Unserved.objects.get().tries >= 2
    assert np.array_equal(stored(btc.instrument), exchange.truth(BTC)[90:])
