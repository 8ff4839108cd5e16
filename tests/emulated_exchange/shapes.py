"""The JSON forms of Binance spot, as recorded."""

import json
from collections.abc import Sequence

from tests.emulated_exchange.book import Row


def identity(symbol: str) -> str:
    """`BTCUSDT` of `BTC/USDT`."""
    return symbol.replace("/", "")


def exchange_info(symbols: Sequence[tuple[str, str]], *, now_ms: int, weight: int) -> dict:
    """The answer of /exchangeInfo for pairs of symbol and status."""
    limit = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": weight}
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "rateLimits": [limit],
        "exchangeFilters": [],
        "symbols": [_symbol(symbol, status) for symbol, status in symbols],
    }


def kline(row: Row, *, period_ms: int) -> list:
    """One row of /klines."""
    opened, high, low, close, volume = map(decimal, row.values)
    quote = decimal(row.values[3] * row.values[4])
    half = decimal(row.values[4] / 2)
    times = row.open_ms, row.open_ms + period_ms - 1
    return [times[0], opened, high, low, close, volume, times[1], quote, 308, half, half, "0"]


def kline_event(symbol: str, interval: str, row: Row, *, now_ms: int, period_ms: int) -> dict:
    """One message of a kline stream."""
    opened, high, low, close, volume = map(decimal, row.values)
    quote, half = decimal(row.values[3] * row.values[4]), decimal(row.values[4] / 2)
    name = identity(symbol)
    span = {"t": row.open_ms, "T": row.open_ms + period_ms - 1, "s": name, "i": interval, "f": 100, "L": 129}
    prices = {"o": opened, "c": close, "h": high, "l": low, "v": volume, "n": 30, "x": row.final}
    rest = {"q": quote, "V": half, "Q": half, "B": "0"}
    return {"e": "kline", "E": now_ms, "s": name, "k": span | prices | rest}


def stream_name(symbol: str, interval: str) -> str:
    """`btcusdt@kline_5m`."""
    return f"{identity(symbol).lower()}@kline_{interval}"


def compact(value: object) -> str:
    """JSON without spaces, as it is sent."""
    return json.dumps(value, separators=(",", ":"))


def decimal(value: float) -> str:
    """A number with eight decimals, as text."""
    return f"{value:.8f}"


def _symbol(symbol: str, status: str) -> dict:
    base, quote = symbol.split("/")
    price = {"filterType": "PRICE_FILTER", "minPrice": "0.00000001", "maxPrice": "1000000.00000000"}
    lot = {"filterType": "LOT_SIZE", "minQty": "0.00001000", "maxQty": "9000.00000000"}
    return {
        "symbol": identity(symbol),
        "status": status,
        "baseAsset": base,
        "baseAssetPrecision": 8,
        "quoteAsset": quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "isSpotTradingAllowed": status == "TRADING",
        "isMarginTradingAllowed": False,
        "filters": [price | {"tickSize": "0.00000001"}, lot | {"stepSize": "0.00001000"}],
        "permissions": ["SPOT"],
    }
