"""Symbols as ccxt writes them, from the ways in which files and people write them."""

import re

MONEY = (
    "USD EUR GBP JPY CHF AUD NZD CAD SEK NOK DKK PLN CZK HUF TRY ZAR MXN BRL RUB UAH CNH CNY HKD SGD KRW INR"
)
CURRENCIES = tuple(MONEY.split())
METALS = ("XAU", "XAG", "XPT", "XPD")
COINS = ("BTC", "XBT", "ETH", "BNB", "USDT", "USDC", "DAI")
# Only at Binance, which in turn has no dollars: elsewhere BATUSD is BAT/USD, not BA/TUSD.
AT_BINANCE = ("FDUSD", "BUSD", "TUSD", "USDP")
QUOTES = (*CURRENCIES, *COINS, *AT_BINANCE)
# Kraken's own names.
RENAMED = {"XBT": "BTC", "XDG": "DOGE"}
# Exchanges, as TradingView writes them, whose symbols are pairs of coins.
COIN_NAMES = """
BINANCE BINANCEUS BITSTAMP BITFINEX BYBIT COINBASE CRYPTO CRYPTOCOM GATEIO GEMINI HUOBI HTX KRAKEN KUCOIN MEXC
OKX POLONIEX BITGET BITMEX DERIBIT UPBIT BITHUMB
"""
COIN_EXCHANGES = frozenset(COIN_NAMES.split())


def normal_symbol(text: str, *, exchange: str = "") -> str:
    """`BTC/USDT` from `BTC/USDT`, `BTC-USDT`, `BTC_USDT`, `BINANCE:BTCUSDT` or `BTCUSDT`.

    Shares, indices and currencies keep their own: `GOOG`, `BRK-B`, `EURUSD`. Where the `exchange` trades
    coins, `ETHBTC` and `BTCUSD` are pairs as well.
    """
    symbol = text.strip().upper()
    if "/" in symbol:
        return _renamed(symbol)
    prefix, _, rest = symbol.rpartition(":")
    if prefix:
        symbol, exchange = rest.removesuffix(".P"), prefix
    if joined := re.fullmatch(r"([A-Z0-9]+)[-_]([A-Z]+)", symbol):
        return _joined(symbol, *joined.groups())
    return _split(symbol, quotes=_quotes(exchange))


def is_money(symbol: str) -> bool:
    """True of a pair of currencies or metals: `EURUSD`, `XAUUSD`."""
    return len(symbol) == 6 and _is_money(symbol[:3], symbol[3:])


def _quotes(exchange: str) -> tuple[str, ...]:
    """What pairs end in there, the longest first; elsewhere only what nothing but a pair of coins ends in."""
    if exchange not in COIN_EXCHANGES:
        return ("USDT", "USDC")
    if exchange.startswith("BINANCE"):
        return tuple(sorted({*QUOTES} - {"USD"}, key=len, reverse=True))
    return tuple(sorted({*QUOTES} - {*AT_BINANCE}, key=len, reverse=True))


def _joined(symbol: str, base: str, quote: str) -> str:
    if quote not in QUOTES:
        return symbol
    return base + quote if _is_money(base, quote) else _renamed(f"{base}/{quote}")


def _split(symbol: str, *, quotes: tuple[str, ...]) -> str:
    for quote in quotes:
        base = symbol.removesuffix(quote)
        if base != symbol and len(base) >= 2 and base.isalnum():
            return symbol if _is_money(base, quote) else _renamed(f"{base}/{quote}")
    return symbol


def _is_money(base: str, quote: str) -> bool:
    return base in (*CURRENCIES, *METALS) and quote in CURRENCIES


def _renamed(pair: str) -> str:
    base, _, rest = pair.partition("/")
    quote, colon, settle = rest.partition(":")
    return f"{RENAMED.get(base, base)}/{RENAMED.get(quote, quote)}{colon}{settle}"
