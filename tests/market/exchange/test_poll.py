"""The newest bars over REST: asked when they closed, read again, from the first venue that answers."""

from datetime import timedelta

import numpy as np
import pytest

from heliograph.market.models import CandleRevision, Feed, Unserved
from heliograph.market.sources.exchange.poll import poll_due
from tests.emulated_exchange import running
from tests.market.exchange.conftest import BTC, FIVE, MARKET, START, klines, venue_at
from tests.market.exchange.stored import fill, sources, stored, watch

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
    for _ in range(12):
        step(exchange)
    # Twelve polls, and the gap twice: it is told an hour behind its close. Where the machine stands still for
    # a second, a try falls into the step before or after.
    assert 13 <= klines(exchange) - before <= 15
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


@pytest.fixture
def kraken(binance):
    """A second venue, whose prices are its own."""
    with running(MARKET.priced(1.01), at=START + 100 * FIVE, speed=0) as second:
        venue_at(second, name="kraken", priority=200)
        yield second


@pytest.fixture
def with_fallback(exchange, kraken):
    [one] = watch([BTC], since=exchange.clock.now - 10 * FIVE, at=exchange.clock.now, fallbacks=["kraken"])
    fill([one], at=exchange.clock.now)
    return one


def step_both(exchange, second, seconds=300.0):
    second.clock.advance(seconds)
    return step(exchange, seconds)


def test_the_fallback_serves_while_the_first_venue_is_down_and_then_the_first_again(
    exchange, kraken, with_fallback
):
    step_both(exchange, kraken, 310)
    exchange.inject("down", times=1000)
    step_both(exchange, kraken)
    assert sources(with_fallback.instrument) == ["binance"] * 11 + ["kraken"]
    first, second = Feed.objects.order_by("priority")
    assert (first.failures, first.error, second.failures) == (
        1,
        "binance: no answer for its time (HTTP 503: Internal error; unable to process your request. Please"
        " try again).",
        0,
    )


def test_a_feed_that_failed_is_asked_again_after_its_rest(exchange, kraken, with_fallback):
    exchange.inject("down", times=3)
    step_both(exchange, kraken, 310)
    assert Feed.objects.get(symbol=BTC, priority=0).failures == 1
    served = klines(kraken)
    step_both(exchange, kraken)
    first = Feed.objects.get(symbol=BTC, priority=0)
    assert (first.failures, first.error, first.not_before, klines(kraken) - served) == (0, "", None, 0)
    # Read again, the bars of the fallback became those of the first venue.
    assert set(sources(with_fallback.instrument)) == {"binance"}
    assert np.array_equal(stored(with_fallback.instrument), exchange.truth(BTC)[90:])


def test_a_gap_of_the_first_venue_is_healed_from_the_fallback(exchange, kraken, with_fallback):
    opened = exchange.clock.now
    exchange.mark("lost", BTC, opened)
    step_both(exchange, kraken, 310)
    for _ in range(9):
        step_both(exchange, kraken)
    by_time = dict(
        zip(stored(with_fallback.instrument)[:, 0], sources(with_fallback.instrument), strict=True)
    )
    assert by_time.pop(opened.timestamp() * 1000) == "kraken"
    assert set(by_time.values()) == {"binance"}
