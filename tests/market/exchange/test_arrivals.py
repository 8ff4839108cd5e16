"""Closed candles of a stream are judged by when they were told, however late they are stored."""

from datetime import timedelta

from heliograph.market.sources.exchange.arrivals import Arrival, ripe, store_arrivals, subscriptions
from heliograph.market.sources.exchange.skew import VenueClock
from heliograph.market.wire import to_ms
from tests.market.exchange.conftest import BTC, FIVE
from tests.market.exchange.stored import findings, stored, watch

GOOD = (10.0, 11.0, 9.0, 10.5, 3.0)


def test_a_bar_that_was_told_before_it_was_over_is_none_also_when_its_time_has_come(exchange, binance):
    now = exchange.clock.now
    [one] = watch([BTC], since=now - FIVE, at=now)
    [series] = subscriptions(binance)
    told_at = to_ms(now)
    closed = Arrival(series, (told_at - 300_000, *GOOD), told_at)
    ahead = Arrival(series, (told_at + 300_000, *GOOD), told_at)
    # The database was away for an hour.
    later = now + timedelta(hours=1)
    clock = VenueClock(lambda: later, 0.0)

    assert ripe([closed, ahead], clock=told_at) == [closed, ahead]
    assert store_arrivals([closed, ahead], venue=binance, clock=clock, at=later) == 1

    assert stored(one.instrument)[:, 0].tolist() == [told_at - 300_000]
    assert findings() == {"future": 1}


def test_a_bar_that_ends_while_it_is_stored_waits_for_no_error(exchange, binance):
    now = exchange.clock.now
    watch([BTC], since=now - FIVE, at=now)
    [series] = subscriptions(binance)
    # By `at` it is not over, by the clock, which is read a moment later, it is.
    clock = VenueClock(lambda: now + FIVE, 0.0)
    bar = Arrival(series, (to_ms(now), *GOOD))

    assert store_arrivals([bar], venue=binance, clock=clock, at=now + FIVE - timedelta(seconds=1)) == 0
    assert findings() == {"forming": 1}


def test_a_closed_candle_that_cannot_be_read_is_counted_and_the_others_stored(exchange, binance):
    now = exchange.clock.now
    [one] = watch([BTC], since=now - FIVE, at=now)
    [series] = subscriptions(binance)
    opens = to_ms(now) - 300_000
    bad = [(opens, "eleven", *GOOD[1:]), (None, *GOOD), (-(10**30), *GOOD), (opens, {}, *GOOD[1:])]
    arrivals = [Arrival(series, candle, to_ms(now)) for candle in [*bad, (opens, *GOOD)]]

    assert ripe(arrivals, clock=to_ms(now)) == arrivals
    assert store_arrivals(arrivals, venue=binance, clock=VenueClock(lambda: now, 0.0), at=now) == 1

    assert stored(one.instrument).tolist() == [[opens, *GOOD]]
    assert findings() == {"unreadable": 4}


def test_a_bar_that_waited_does_not_undo_what_rest_said_of_it_later(exchange, binance):
    now = exchange.clock.now
    [one] = watch([BTC], since=now - FIVE, at=now)
    [series] = subscriptions(binance)
    waited = Arrival(series, (to_ms(now) - 300_000, *GOOD), to_ms(now))
    later = now + timedelta(minutes=1)
    clock = VenueClock(lambda: later, 0.0)
    # Meanwhile a poll read the bar.
    corrected = Arrival(series, (to_ms(now) - 300_000, 10.0, 11.0, 9.0, 10.75, 3.0))
    assert store_arrivals([corrected], venue=binance, clock=clock, at=later) == 1

    assert store_arrivals([waited], venue=binance, clock=clock, at=later) == 0

    assert stored(one.instrument)[:, 4].tolist() == [10.75]
