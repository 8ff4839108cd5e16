"""A loopback server that speaks Binance spot's REST and WebSocket forms, with faults on demand.

    market = Market.made_up(symbols=20, timeframe="5m", start=MONDAY, bars=288)
    with running(market, Faults(seed=1, rate=0.01)) as exchange:
        point_ccxt_at(ccxt.binance(), exchange.url)
        exchange.clock.advance(300)
        exchange.inject("html", times=3)
        exchange.truth("M000/USDT")     # what it will have said in the end, one row a bar
        exchange.served.faults          # what it did, counted by kind

What the real client makes of some of it: of an HTML page or JSON that breaks off, `fetch_ohlcv` makes rows of
None and `load_markets` no markets at all, without an error.
"""

from tests.emulated_exchange.ccxt_client import point_ccxt_at
from tests.emulated_exchange.clock import Clock
from tests.emulated_exchange.faults import Faults
from tests.emulated_exchange.market import Market
from tests.emulated_exchange.server import Exchange, running

__all__ = ["Clock", "Exchange", "Faults", "Market", "point_ccxt_at", "running"]
