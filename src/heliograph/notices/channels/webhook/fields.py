"""What a template may name: the facts of a notice, under the names that freqtrade gives them where it has
some."""

from collections.abc import Mapping, Sequence

from heliograph.notices.message import Message

Value = str | int | float | None
# The words by which other programs know the two sides.
ACTIONS = {"long": "buy", "short": "sell"}
# In the order in which a refusal lists them.
NAMES = """
strategy version exchange venue pair symbol ticker base_currency quote_currency stake_currency timeframe
direction side action bar_time open_rate limit close stop_loss stop target1 target2 target3 confidence
reward_risk open_date close_date entry_price close_rate exit_price exit_reason state r profit_ratio profit_pct
gain bars_held type topic subject id trade_id created_at title text status link
"""
FIELDS = tuple(NAMES.split())


def fields_of(message: Message) -> dict[str, Value]:
    """The value of each of FIELDS; None where the notice does not have it."""
    found = _of_notice(message) | _of_signal(message.payload) | _of_outcome(message.payload)
    return {name: found.get(name) for name in FIELDS}


def _of_notice(message: Message) -> dict[str, Value]:
    return {
        "type": message.topic,
        "topic": message.topic,
        "subject": message.subject,
        "id": message.id,
        "trade_id": message.subject,
        "created_at": message.created_at.isoformat().replace("+00:00", "Z"),
        "title": message.title,
        "text": message.text,
        "status": message.title,
        "link": message.link or None,
    }


def _of_signal(payload: Mapping[str, object]) -> dict[str, Value]:
    symbol, side = _plain(payload.get("symbol")), _plain(payload.get("side"))
    base, _, quote = str(symbol or "").partition("/")
    quote = quote.partition(":")[0]
    same = {name: _plain(payload.get(name)) for name in ("strategy", "version", "timeframe", "bar_time")}
    numbers = {name: _plain(payload.get(name)) for name in ("close", "stop", "confidence", "reward_risk")}
    targets = payload.get("targets")
    listed = targets if isinstance(targets, Sequence) else ()
    return {
        **same,
        **numbers,
        **{f"target{place}": _plain(price) for place, price in enumerate(listed[:3], 1)},
        "venue": _plain(payload.get("venue")),
        "exchange": _plain(payload.get("venue")),
        "symbol": symbol,
        "pair": symbol,
        "ticker": f"{base}{quote}" or None,
        "base_currency": base or None,
        "quote_currency": quote or None,
        "stake_currency": quote or None,
        "side": side,
        "direction": side,
        "action": ACTIONS.get(str(side)),
        "limit": numbers["close"],
        "open_rate": numbers["close"],
        "open_date": same["bar_time"],
        "stop_loss": numbers["stop"],
    }


def _of_outcome(payload: Mapping[str, object]) -> dict[str, Value]:
    outcome = payload.get("outcome")
    if not isinstance(outcome, Mapping):
        return {}
    told = {name: _plain(outcome.get(name)) for name in ("entry_price", "exit_price", "exit_reason", "state")}
    measured = {name: _plain(outcome.get(name)) for name in ("r", "bars_held")}
    percent = outcome.get("return_pct")
    known = float(percent) if isinstance(percent, int | float) else None
    return {
        **told,
        **measured,
        **({} if told["entry_price"] is None else {"open_rate": told["entry_price"]}),
        "open_date": _plain(outcome.get("entry_time")),
        "close_date": _plain(outcome.get("exit_time")),
        "close_rate": told["exit_price"],
        "profit_pct": known,
        "profit_ratio": None if known is None else known / 100,
        "gain": None if known is None else "profit" if known > 0 else "loss",
        "action": "close",
    }


def _plain(value: object) -> Value:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None
