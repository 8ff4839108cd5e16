"""What the name of a file says about its symbol and timeframe."""

import re
from dataclasses import dataclass

from heliograph.engine.timeframe import DAY, LENGTHS, MINUTE, TIMEFRAMES
from heliograph.market.symbols import COIN_EXCHANGES, QUOTES, normal_symbol

MINUTES = {str(ms // MINUTE): name for name, ms in {**LENGTHS, "1M": 30 * DAY}.items()}
# M5, H4, D1, W1.
METATRADER = {name[-1].upper() + name[:-1]: name for name in TIMEFRAMES if name != "1M"} | {
    "MN": "1M",
    "MN1": "1M",
}
LETTERS = {"D": "1d", "1D": "1d", "W": "1w", "1W": "1w", "1M": "1M", "1MO": "1M", "1H": "1h", "4H": "4h"}
WORDS = {"minute": "1m", "hourly": "1h", "hour": "1h", "daily": "1d", "weekly": "1w", "monthly": "1M"}
OTHER_NAMES = "NASDAQ NYSE AMEX ARCA CBOE CME COMEX NYMEX FX FXCM OANDA FOREXCOM TVC SP DJ LSE XETR"
EXCHANGES = (*COIN_EXCHANGES, *OTHER_NAMES.split())
LENGTH = "|".join((*TIMEFRAMES, "1mo"))

PAIR = re.compile(rf"(?:^|[_\- ])([A-Z0-9]+)_([A-Z0-9]+)(?:_([A-Z0-9]+))?-({LENGTH})(?:-[a-z]+)?$")
BINANCE = re.compile(rf"(?:^|[_\- ])([A-Z0-9]{{5,20}}(?:_PERP|_\d{{6}})?)-({LENGTH})(?:-\d{{4}}|$)")
KRAKEN = re.compile(r"(?:^|[_\- ])([A-Z0-9]{5,12})_(\d{1,5})(?:_|$)")
TRADINGVIEW = re.compile(r"(?:^|[_\- ])([A-Z]+)[_:]([A-Z0-9.!]+)(?:, ?|_)(\d+|\d*[DWMH])(?:[_ ,]|$)")
LENGTHS_THERE = "|".join((*METATRADER, *MINUTES))
TERMINAL = re.compile(rf"(?:^|[_\- ])([A-Z][A-Za-z0-9.#]*?)_?({LENGTHS_THERE})(?:[_\- ]|$)")
JOINED = re.compile(r"(?:^|[_\- ])([A-Z0-9]{2,})[_\-]([A-Z]{3,5})(?=[_\- .]|$)")
UPPER = re.compile(r"[A-Z0-9.^=]*[A-Z][A-Z0-9.^=]*")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name gives away; None where it does not say."""

    symbol: str | None = None
    timeframe: str | None = None


def from_name(stem: str, *, format: str, exchange: str = "") -> Named:
    """Symbol and timeframe from the name of a file without its ending, by the habits of that format."""
    if pair := PAIR.search(stem):
        base, quote, settle, length = pair.groups()
        if format == "freqtrade" or quote in QUOTES:
            settled = f":{settle}" if settle else ""
            return Named(normal_symbol(f"{base}/{quote}{settled}"), _length(length))
    if found := BINANCE.search(stem):
        return Named(normal_symbol(found[1], exchange=exchange), _length(found[2]))
    habits = {
        "kraken": _kraken,
        "tradingview": _tradingview,
        "csv": _tradingview,
        "metatrader4": _terminal,
        "metatrader5": _terminal,
    }
    named = habits[format](stem) if format in habits else None
    return named or _words(stem, exchange=exchange)


def _kraken(stem: str) -> Named | None:
    found = KRAKEN.search(stem)
    return Named(normal_symbol(found[1], exchange="KRAKEN"), MINUTES.get(found[2])) if found else None


def _tradingview(stem: str) -> Named | None:
    found = TRADINGVIEW.search(stem)
    if not found or found[1] not in EXCHANGES:
        return None
    exchange, symbol, length = found.groups()
    return Named(normal_symbol(f"{exchange}:{symbol}"), MINUTES.get(length) or LETTERS.get(length))


def _terminal(stem: str) -> Named | None:
    found = TERMINAL.search(stem)
    if not found:
        return None
    length = METATRADER.get(found[2]) or MINUTES.get(found[2])
    return Named(normal_symbol(found[1]), length) if length else None


def _words(stem: str, *, exchange: str) -> Named:
    timeframe = None
    pairs = (f"{base}-{quote}" for base, quote in JOINED.findall(stem) if quote in QUOTES)
    symbol = next((normal_symbol(pair) for pair in pairs), None)
    for word in re.split(r"[_\-\s,()]+", stem):
        length = _length(word) or METATRADER.get(word) or WORDS.get(word.lower())
        if length:
            timeframe = timeframe or length
        elif symbol is None and word not in COIN_EXCHANGES and UPPER.fullmatch(word):
            symbol = normal_symbol(word, exchange=exchange)
    return Named(symbol, timeframe)


def _length(word: str) -> str | None:
    if word in TIMEFRAMES:
        return word
    return LETTERS.get(word.upper()) if word.upper() != "1M" else None
