"""History comes from any date, with progress, and goes on after an interruption."""

import numpy as np

from tests.market.exchange.conftest import BTC, START
from tests.market.exchange.stored import Heard, fill, stored, watch


def test_all_closed_candles_are_stored_and_the_forming_one_is_not(exchange, binance):
    watches = watch([BTC, "ETH-USDT", "BINANCE:SOLUSDT"], since=START, at=exchange.clock.now)
    heard = Heard()
    result = fill(watches, at=exchange.clock.now, run=heard)
    for one in watches:
        assert np.array_equal(stored(one.instrument), exchange.truth(one.instrument.symbol))
    assert result == {"bars": 300, "unserved": 0}
    assert heard.reports == [(0, 300, "bars"), (300, 300, "bars")]


def test_the_forming_candle_is_counted(exchange, binance):
    exchange.clock.advance(60)
    watches = watch([BTC], since=START, at=exchange.clock.now)
    fill(watches, at=exchange.clock.now)
    assert len(stored(watches[0].instrument)) == 100
