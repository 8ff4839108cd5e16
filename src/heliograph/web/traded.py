"""The trades of a backtest as shapes on candles."""

from collections.abc import Iterable

from heliograph.research.models import StoredTrade
from heliograph.web.chart import Marker, seconds
from heliograph.web.numbers import signed


def trade_markers(trades: Iterable[StoredTrade], *, chosen: StoredTrade | None = None) -> list[Marker]:
    """A triangle at each signal, a ring at the entry, a square or a diamond at the exit.

    The chosen one has words; of the others only those of missed entries are drawn hollow.
    """
    found: list[Marker] = []
    for trade in trades:
        found += _markers(trade, worded=chosen is not None and trade.number == chosen.number)
    return found


def _markers(trade: StoredTrade, *, worded: bool) -> list[Marker]:
    is_long = trade.side == "long"
    shape = "triangle-up" if is_long else "triangle-down"
    if trade.state == StoredTrade.State.MISSED:
        shape = f"hollow-{shape}"
    word = "Signal" if worded else ""
    found = [Marker(seconds(trade.signal_time), None, shape, word, "accent", is_long)]
    if trade.state == StoredTrade.State.MISSED:
        return found
    if trade.entry_time is not None and trade.entry_price is not None:
        word = "Entry" if worded else ""
        found.append(Marker(seconds(trade.entry_time), trade.entry_price, "ring", word, "ink", is_long))
    if trade.exit_time is not None and trade.exit_price is not None:
        found.append(_exit(trade, is_long=is_long, worded=worded))
    return found


def _exit(trade: StoredTrade, *, is_long: bool, worded: bool) -> Marker:
    gained = (trade.return_pct or 0) > 0
    result = f"{signed(trade.r, 2)} R" if trade.r is not None else f"{signed(trade.return_pct, 2)} %"
    word = f"{trade.exit_reason} {result}" if worded else ""
    shape = "diamond" if trade.exit_reason == "target" else "square"
    assert trade.exit_time is not None
    return Marker(
        seconds(trade.exit_time), trade.exit_price, shape, word, "good" if gained else "bad", not is_long
    )
