"""History comes from any date, with progress, and goes on after an interruption."""

from datetime import timedelta

import numpy as np
import pytest

from tests.emulated_exchange import Market, running
from tests.market.exchange.conftest import BTC, FIVE, START, klines, venue_at
from tests.market.exchange.stored import Heard, fill, findings, stored, watch

SECOND = timedelta(seconds=1)


def test_all_closed_candles_of_several_series_are_stored(exchange, shared_binance):
    watches = watch([BTC, "ETH-USDT", "BINANCE:SOLUSDT"], since=START, at=exchange.clock.now)
    heard = Heard()
    result = fill(watches, at=exchange.clock.now, run=heard)
    for one in watches:
        assert np.array_equal(stored(one.instrument), exchange.truth(one.instrument.symbol))
    assert result == {"bars": 300, "unserved": 0}
    assert heard.reports == [(0, 300, "bars"), (300, 300, "bars")]


def test_the_forming_candle_is_left_out_and_counted(exchange, binance):
    exchange.mark("lost", BTC, START)
    exchange.clock.advance(60)
    [one] = watch([BTC], since=START, at=exchange.clock.now)
    result = fill([one], at=exchange.clock.now)
    assert np.array_equal(stored(one.instrument), exchange.truth(BTC))
    # One bar is lost, so that the answer reaches to the one that forms.
    assert (result, findings()) == ({"bars": 99, "unserved": 1}, {"forming": 1})


def test_a_run_that_was_ended_goes_on_with_what_is_missing(db):
    long = Market.made_up(symbols=[BTC], timeframe="5m", start=START, bars=2500)
    with running(long, at=START + 2500 * FIVE + SECOND, speed=0) as exchange:
        venue_at(exchange)
        [one] = watch([BTC], since=START, at=exchange.clock.now)
        with pytest.raises(KeyboardInterrupt):
            fill([one], at=exchange.clock.now, run=Heard(until=2))
        half, asked = len(stored(one.instrument)), klines(exchange)
        heard = Heard()
        fill([one], at=exchange.clock.now, run=heard)
        assert (half, asked, klines(exchange)) == (1000, 1, 3)
        assert heard.reports == [(1000, 2500, "bars"), (2000, 2500, "bars"), (2500, 2500, "bars")]
        assert np.array_equal(stored(one.instrument), exchange.truth(BTC))


def test_what_lies_before_the_first_candle_is_asked_for_once(exchange, binance):
    [one] = watch([BTC], since=START - 5000 * FIVE, at=exchange.clock.now)
    # The first page of six tells where the candles begin.
    assert (fill([one], at=exchange.clock.now), klines(exchange)) == ({"bars": 100, "unserved": 5000}, 2)


def test_what_the_venue_never_had_is_not_asked_for_again(exchange, binance):
    [one] = watch([BTC], since=START - 50 * FIVE, at=exchange.clock.now)
    result = fill([one], at=exchange.clock.now)
    asked = klines(exchange)
    fill([one], at=exchange.clock.now)
    assert (result, klines(exchange) - asked) == ({"bars": 100, "unserved": 50}, 0)


def test_a_date_further_back_fetches_only_what_lies_before(exchange, binance):
    [one] = watch([BTC], since=START + 60 * FIVE, at=exchange.clock.now)
    fill([one], at=exchange.clock.now)
    [one] = watch([BTC], since=START, at=exchange.clock.now)
    assert fill([one], at=exchange.clock.now) == {"bars": 60, "unserved": 0}
    assert np.array_equal(stored(one.instrument), exchange.truth(BTC))
