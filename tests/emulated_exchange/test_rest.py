"""The real ccxt client asks the emulated exchange over REST."""

import asyncio
from datetime import UTC, datetime, timedelta

import ccxt
import ccxt.async_support as ccxt_async
import numpy as np
import pytest

from tests.emulated_exchange import Market, point_ccxt_at, running

START = datetime(2024, 3, 4, tzinfo=UTC)
FIVE = timedelta(minutes=5)
MARKET = Market.made_up(symbols=3, timeframe="5m", start=START, bars=300)
SYMBOL = "M001/USDT"


def ms(moment):
    return int(moment.timestamp() * 1000)


def client(exchange, **options):
    made = ccxt.binance({"timeout": 2000, "enableRateLimit": False} | options)
    point_ccxt_at(made, exchange.url)
    return made


def test_ccxt_loads_the_markets_and_reads_all_candles_as_they_are():
    with running(MARKET) as exchange:
        ccxt_exchange = client(exchange)
        markets = ccxt_exchange.load_markets()
        read = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", since=ms(START), limit=1000)
        truth = exchange.truth(SYMBOL)
    assert (list(markets), len(read)) == (["M000/USDT", SYMBOL, "M002/USDT"], 300)
    assert np.array_equal(np.array(read), truth)


def test_the_async_client_reads_the_same():
    async def read(exchange):
        made = ccxt_async.binance({"enableRateLimit": False})
        point_ccxt_at(made, exchange.url)
        try:
            return await made.fetch_time(), await made.fetch_ohlcv(SYMBOL, "5m", limit=2)
        finally:
            await made.close()

    with running(MARKET, at=START + 3 * FIVE, speed=0) as exchange:
        now, rows = asyncio.run(read(exchange))
        truth = exchange.truth(SYMBOL)
    # The bar of 10 minutes closed at this very moment; that of 15 has begun.
    assert (now, [row[0] for row in rows]) == (
        ms(START + 3 * FIVE),
        [ms(START + 2 * FIVE), ms(START + 3 * FIVE)],
    )
    assert rows[0] == truth[-1].tolist()


def test_the_last_candle_is_forming_and_is_final_once_it_has_closed():
    with running(MARKET, at=START + 1.5 * FIVE, speed=0) as exchange:
        ccxt_exchange = client(exchange)
        forming = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", since=ms(START + FIVE))
        exchange.clock.advance(150)
        final = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", since=ms(START + FIVE))[0]
        finals = exchange.finals(SYMBOL, START + FIVE)
    assert (len(forming), tuple(forming[0][1:]) in finals, tuple(final[1:]) in finals) == (1, False, True)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("banned", ccxt.DDoSProtection),
        ("limited", ccxt.DDoSProtection),
        ("down", ccxt.OperationFailed),
        ("cut", ccxt.NetworkError),
        ("stall", ccxt.RequestTimeout),
    ],
)
def test_a_fault_asked_for_strikes_as_often_as_asked_and_then_all_is_well(kind, error):
    with running(MARKET) as exchange:
        ccxt_exchange = client(exchange, timeout=300)
        ccxt_exchange.load_markets()
        exchange.inject(kind, times=2)
        for _ in range(2):
            with pytest.raises(error):
                ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", limit=10)
        assert len(ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", limit=10)) == 10
        assert dict(exchange.served.faults) | {kind: 2} == exchange.served.faults


@pytest.mark.parametrize("kind", ["html", "truncated"])
def test_ccxt_takes_what_is_no_json_for_an_answer_so_that_its_reader_has_to_look(kind):
    with running(MARKET) as exchange:
        ccxt_exchange = client(exchange)
        ccxt_exchange.load_markets()
        exchange.inject(kind, times=2)
        rows = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", limit=10)
        assert {tuple(row[1:]) for row in rows} == {(None,) * 5}
        assert ccxt_exchange.load_markets(reload=True) == {}
