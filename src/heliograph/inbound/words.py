"""The words that alerts use: which of them say what."""

import re

from heliograph.inbound.models import Alert

Action = Alert.Action
# What an alert wants: an action, and of an exit the side that is left.
Wish = tuple[str, str]

ENTRIES = {
    Action.LONG: "buy long enter_long entry_long go_long open_long long_entry bull bullish",
    Action.SHORT: "sell short enter_short entry_short go_short open_short short_entry bear bearish",
}
EXITS = {
    "": "close exit flat flatten close_all exit_all close_position close_entry cancel_position",
    "long": "close_long exit_long long_exit close_buy exit_buy",
    "short": "close_short exit_short short_exit close_sell exit_sell cover",
}
WISHES: dict[str, Wish] = {
    **{word: (action, "") for action, words in ENTRIES.items() for word in words.split()},
    **{word: (Action.EXIT, side) for side, words in EXITS.items() for word in words.split()},
}

# Under which names the parts of an alert come; the first is how we call it.
NAMES = {
    "symbol": "symbol ticker pair instrument market",
    "exchange": "exchange venue",
    "action": "action side signal order direction order_action type",
    "position": "market_position position",
    "stop": "stop sl stop_loss stoploss",
    "targets": "targets target tp take_profit takeprofit",
    "time": "time bar_time bartime",
    "fired": "timenow fired_at",
    "timeframe": "timeframe interval tf",
    "id": "id alert_id uuid",
    "secret": "secret passphrase",
}
PART_OF = {word: part for part, words in NAMES.items() for word in words.split()}
TARGET = re.compile(r"(?:tp|target|take_?profit)_?([1-3])")
# What TradingView's users send beside it, and what nothing depends on.
IGNORED = """
strategy strategy_name name message comment alert_message alert_name order_id order_name contracts
order_contracts qty quantity size amount price close order_price open high low volume position_size
market_position_size prev_market_position prev_market_position_size currency basecurrency base quote
leverage note text source bot user account description indicator
"""
BESIDE = frozenset(IGNORED.split())
PLOT = re.compile(r"plot(_\d+)?")

# TradingView's {{interval}}: minutes, or a letter.
INTERVALS = {
    "1": "1m",
    "3": "3m",
    "5": "5m",
    "15": "15m",
    "30": "30m",
    "60": "1h",
    "120": "2h",
    "240": "4h",
    "360": "6h",
    "720": "12h",
    "d": "1d",
    "w": "1w",
    "m": "1M",
}


def wish_of(word: str) -> Wish | None:
    """What a word wants, None if it is none of these words."""
    return WISHES.get(re.sub(r"[\s-]+", "_", word.strip().lower()))


def part_of(name: str) -> str | None:
    """Which part of an alert a field is; None if it is none that we know."""
    word = re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())).lower()
    if found := TARGET.fullmatch(word):
        return f"target{found[1]}"
    if word in BESIDE or PLOT.fullmatch(word):
        return ""
    return PART_OF.get(word)


def timeframe_of(text: str) -> str:
    """Our name of an interval as TradingView writes it; any other text stays as it is."""
    lower = text.strip().lower()
    if re.fullmatch(r"1[dw]", lower):
        return lower
    return INTERVALS.get(lower, text.strip())
