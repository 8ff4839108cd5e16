"""The real ccxt client asks the emulated exchange over REST."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import ccxt
import ccxt.async_support as ccxt_async
import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.emulated_exchange import Faults, Market, point_ccxt_at, running
from tests.reference import shared

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


def test_candles_are_late_revised_missing_lost_and_duplicated_as_marked():
    def opens(rows):
        return [(row[0] - ms(START)) // 300_000 for row in rows]

    with running(
        MARKET, Faults(late_s=60, revise_s=120, heal_s=180), at=START + 6 * FIVE, speed=0
    ) as exchange:
        for bar, kind in enumerate(("late", "revised", "missing", "lost", "duplicated")):
            exchange.mark(kind, SYMBOL, START + bar * FIVE)
        exchange.mark("late", SYMBOL, START + 5 * FIVE)
        exchange.mark("missing", SYMBOL, START + 4 * FIVE)
        ccxt_exchange = client(exchange)
        at_first = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", since=ms(START))
        exchange.clock.set(START + 2 * FIVE)
        revised = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", since=ms(START + FIVE))[0]
        exchange.clock.set(START + 7 * FIVE)
        at_last = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", since=ms(START))
        truth = exchange.truth(SYMBOL)
        finals = exchange.finals(SYMBOL, START + FIVE)
    assert (opens(at_first), opens(at_last)) == ([0, 1, 2, 4, 4, 6], [0, 1, 2, 4, 4, 5, 6, 7])
    assert np.array_equal(np.unique(np.array(at_last)[:-1], axis=0), truth)
    assert finals == {tuple(revised[1:]), tuple(truth[1, 1:])}


def test_an_answer_has_a_candle_of_the_future_or_of_zeros_or_with_high_below_low():
    with running(MARKET, at=START + 9 * FIVE, speed=0) as exchange:
        ccxt_exchange = client(exchange)
        told = {}
        for kind in ("future", "zero", "contradictory"):
            exchange.inject(kind)
            told[kind] = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", since=ms(START))
        clean = ccxt_exchange.fetch_ohlcv(SYMBOL, "5m", since=ms(START))
    assert max(row[0] for row in told["future"]) > ms(START + 10 * FIVE)
    assert [row[1:5] for row in told["zero"] if 0 in row[1:5]] == [[0, 0, 0, 0]]
    assert sum(row[2] < row[3] for row in told["contradictory"]) == 1
    assert all(row[3] <= row[2] and 0 not in row[1:5] for row in clean)


def test_symbols_come_and_go_during_the_run():
    def symbols(ccxt_exchange):
        return {name for name, market in ccxt_exchange.load_markets(reload=True).items() if market["active"]}

    with running(MARKET, at=START + 2 * FIVE, speed=0) as exchange:
        ccxt_exchange = client(exchange)
        exchange.list_at("M002/USDT", START + 3 * FIVE)
        exchange.delist("M000/USDT", at=START + 3 * FIVE)
        exchange.delist(SYMBOL, at=START + 3 * FIVE, remove=True)
        before = symbols(ccxt_exchange)
        exchange.clock.advance(600)
        after = symbols(ccxt_exchange)
        with pytest.raises(ccxt.BadSymbol):
            ccxt_exchange.publicGetKlines({"symbol": "M001USDT", "interval": "5m"})
        last = ccxt_exchange.fetch_ohlcv("M000/USDT", "5m", since=ms(START))[-1][0]
        first = ccxt_exchange.fetch_ohlcv("M002/USDT", "5m", since=ms(START))[0][0]
    assert (before, after) == ({"M000/USDT", SYMBOL}, {"M002/USDT"})
    assert (last, first) == (ms(START + 2 * FIVE), ms(START + 3 * FIVE))


def test_weight_is_counted_by_the_minute_of_the_exchange_and_limited():
    with running(MARKET, Faults(weight_limit=50), at=START, speed=0) as exchange:
        ccxt_exchange = client(exchange)
        ccxt_exchange.load_markets()
        for _ in range(15):
            ccxt_exchange.fetch_ohlcv(SYMBOL, "5m")
        assert ccxt_exchange.last_response_headers["X-Mbx-Used-Weight-1m"] == "50"
        with pytest.raises(ccxt.DDoSProtection, match="-1003"):
            ccxt_exchange.fetch_ohlcv(SYMBOL, "5m")
        exchange.clock.advance(60)
        assert ccxt_exchange.fetch_ohlcv(SYMBOL, "5m")
        assert list(exchange.served.weights.values()) == [52, 2]
        assert exchange.served.requests["/api/v3/klines"] == 17


def test_a_wrong_clock_a_refused_key_and_what_the_venue_lacks():
    with running(MARKET, Faults(skew_s=-90), at=START, speed=0) as exchange:
        ccxt_exchange = client(exchange, apiKey="key", secret="secret")
        assert ccxt_exchange.fetch_time() == ms(START) - 90_000
        with pytest.raises(ccxt.AuthenticationError):
            ccxt_exchange.privateGetAccount()
        ccxt_exchange.load_markets()
        with pytest.raises(ccxt.BadSymbol):
            ccxt_exchange.fetch_ohlcv("NOPE/USDT", "5m")
        with pytest.raises(ccxt.BadRequest, match="-1120"):
            ccxt_exchange.fetch_ohlcv(SYMBOL, "3m")


def test_random_faults_strike_by_seed():
    def faults(seed):
        with running(MARKET, Faults(seed=seed, rate=0.2, stall_s=0.01)) as exchange:
            ccxt_exchange = client(exchange)
            for _ in range(60):
                with contextlib.suppress(ccxt.BaseError):
                    ccxt_exchange.publicGetKlines({"symbol": "M000USDT", "interval": "5m", "limit": 5})
            return exchange.served.faults

    first, again, other = faults(1), faults(1), faults(2)
    assert first == again != other
    assert {"banned", "limited", "down", "html", "truncated", "stall", "cut"} <= set(+first)


def test_two_venues_trade_the_same_at_other_prices_and_in_coarser_bars():
    with running(MARKET) as one, running(MARKET.priced(1.001)) as two:
        cheap, dear = (client(exchange).fetch_ohlcv(SYMBOL, "1h", since=ms(START)) for exchange in (one, two))
        fine = client(one).fetch_ohlcv(SYMBOL, "5m", since=ms(START), limit=12)
    assert (
        [row[0] for row in cheap]
        == [row[0] for row in dear]
        == [ms(START) + hour * 3_600_000 for hour in range(25)]
    )
    assert dear[3][4] == pytest.approx(cheap[3][4] * 1.001)
    assert cheap[0][1:5] == [fine[0][1], max(r[2] for r in fine), min(r[3] for r in fine), fine[-1][4]]


def test_recorded_candles_are_served_with_their_gaps():
    path = shared("binance_spot_freqtrade_testdata_5m.parquet")
    market = Market.recorded(path, symbols=["ETH/BTC", "XMR/BTC"])
    table = pq.read_table(path, filters=[("symbol", "=", "XMR/BTC")])
    with running(market) as exchange:
        read, since = [], int(market.opens_ms[0])
        while rows := client(exchange).fetch_ohlcv("XMR/BTC", "5m", since=since, limit=1000):
            read += rows
            since = rows[-1][0] + 1
    assert [row[0] for row in read] == table["open_time"].to_pylist()
    # Binance prints eight decimals; what others kept of it may be off in the last bits.
    assert [row[4] for row in read] == [round(close, 8) for close in table["close"].to_pylist()]
