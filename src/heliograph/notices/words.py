"""Notices as sentences for people: a title, some lines, and one line where many stand together."""

from collections.abc import Callable, Mapping
from datetime import datetime

from heliograph.kit.numbers import DASH, fixed, price_decimals, signed
from heliograph.notices.incident_words import INCIDENTS, incident_lines, incident_title
from heliograph.notices.moments import moment

Payload = Mapping[str, object]
SIDES = {"long": "▲ Long", "short": "▼ Short"}
LONGEST = 300


def title_of(topic: str, payload: Payload, *, subject: str = "") -> str:
    """What happened, in one line."""
    return _cut(TITLES.get(topic, _plain_title)(payload) or f"{topic}: {subject}")


def lines_of(topic: str, payload: Payload, *, at: datetime) -> list[str]:
    """What else is known of it; `at` is when it was told, and the year is left out where it is that one."""
    return [_cut(line) for line in LINES.get(topic, _plain_lines)(payload, at) if line]


def line_of(topic: str, payload: Payload, *, at: datetime, subject: str = "") -> str:
    """The same in one line, for lists."""
    title = title_of(topic, payload, subject=subject)
    if topic != "signal.published":
        return title
    return _cut(f"{title} · close {_price(payload, payload.get('close'))} · {_bar(payload, at)}")


def version_of(payload: Payload) -> str:
    """`momentum v3`."""
    return f"{payload.get('strategy', '')} v{payload.get('version', '')}"


def number_of(payload: Payload, name: str) -> float | None:
    """A number of the payload; None where it is none."""
    value = payload.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _side(payload: Payload) -> str:
    return f"{SIDES.get(str(payload.get('side')), '')} {payload.get('symbol', '')}".strip()


def _outcome(payload: Payload) -> Payload:
    found = payload.get("outcome")
    return found if isinstance(found, Mapping) else {}


def _price(payload: Payload, value: object) -> str:
    # By the close alone, so that all prices of one signal have the same decimals.
    known = [number_of(payload, "close"), number_of(payload, "stop")]
    decimals = price_decimals(price for price in known if price is not None)
    return fixed(float(value), decimals) if isinstance(value, int | float) else DASH


def _bar(payload: Payload, at: datetime) -> str:
    timeframe = payload.get("timeframe", "")
    return f"{timeframe} bar {moment(payload.get('bar_time'), at=at, timeframe=timeframe)}"


def _published_title(payload: Payload) -> str:
    return f"{_side(payload)} · {version_of(payload)}" if payload.get("strategy") else ""


def _published_lines(payload: Payload, at: datetime) -> list[str]:
    targets = payload.get("targets")
    listed = [_price(payload, one) for one in targets] if isinstance(targets, list) else []
    prices = [
        f"Close {_price(payload, payload.get('close'))}",
        f"stop {_price(payload, payload.get('stop'))}",
        f"target{'s' if len(listed) > 1 else ''} {' / '.join(listed) or DASH}",
    ]
    confidence = fixed(number_of(payload, "confidence"), 2)
    ratio = fixed(number_of(payload, "reward_risk"), 2)
    return [
        " · ".join(prices),
        f"Confidence {confidence} · reward / risk {ratio}",
        f"{payload.get('venue', '')}, {_bar(payload, at)}",
    ]


def _ended(outcome: Payload) -> str:
    state = str(outcome.get("state", "over"))
    return f"{state} {signed(number_of(outcome, 'r'), 2)} R" if state == "settled" else state


def _settled_title(payload: Payload) -> str:
    if not payload.get("strategy"):
        return ""
    return f"{_side(payload)} {_ended(_outcome(payload))} · {version_of(payload)}"


def _settled_lines(payload: Payload, at: datetime) -> list[str]:
    outcome = _outcome(payload)
    if outcome.get("state") != "settled":
        says = {
            "missed": "Its entry was never reached.",
            "unresolved": "Its end is not known, as the instrument no longer trades.",
        }
        return [says.get(str(outcome.get("state")), ""), f"{payload.get('venue', '')}, {_bar(payload, at)}"]
    frame, reason = payload.get("timeframe", ""), str(outcome.get("exit_reason") or "")
    entry, left = _price(payload, outcome.get("entry_price")), _price(payload, outcome.get("exit_price"))
    worst, best = signed(number_of(outcome, "mae_r"), 2), signed(number_of(outcome, "mfe_r"), 2)
    return [
        f"Entry {entry}, left at {left}" + (f" by {reason}" if reason else ""),
        f"Worst {worst} R, best {best} R" if "mae_r" in outcome else "",
        f"{payload.get('venue', '')}, {_bar(payload, at)}, "
        f"over {moment(outcome.get('exit_time'), at=at, timeframe=frame)}",
    ]


def _revised_title(payload: Payload) -> str:
    before = payload.get("before")
    was = _ended(before) if isinstance(before, Mapping) else DASH
    return f"{_side(payload)} revised: {was}, now {_ended(_outcome(payload))} · {version_of(payload)}"


def _revised_lines(payload: Payload, at: datetime) -> list[str]:
    return [
        str(payload.get("cause") or ""),
        "The outcome that was told stays as it is; this is what today's candles give.",
        f"{payload.get('venue', '')}, {_bar(payload, at)}",
    ]


def _data_of(payload: Payload) -> str:
    parts = [payload.get("symbol"), payload.get("venue"), payload.get("timeframe")]
    return " ".join(str(part) for part in parts if part)


def _stale_title(payload: Payload) -> str:
    fresh = payload.get("state") == "fresh"
    return f"{_data_of(payload)}: data are fresh again" if fresh else f"{_data_of(payload)}: data are stale"


def _stale_lines(payload: Payload, at: datetime) -> list[str]:
    frame = payload.get("timeframe", "")
    since = moment(payload.get("since"), at=at)
    if payload.get("state") == "fresh":
        return [f"They were stale from {since} to {moment(payload.get('until'), at=at)}."]
    behind = number_of(payload, "behind")
    bars = f"{fixed(behind, 0)} bar{'' if behind == 1 else 's'} behind"
    many = number_of(payload, "series")
    share = (
        f"{fixed(number_of(payload, 'stale'), 0)} of {fixed(many, 0)} instruments are stale. " if many else ""
    )
    return [
        f"{share}The newest bar is of {moment(payload.get('newest'), at=at, timeframe=frame)}, {bars}.",
        "Signals wait for data that are fresh; `heliograph coverage` shows what there is.",
    ]


def _parked_title(payload: Payload) -> str:
    name = payload.get("title") or payload.get("key")
    return f"Work no longer parked: {name}" if payload.get("state") == "over" else f"Work parked: {name}"


def _parked_lines(payload: Payload, at: datetime) -> list[str]:
    if payload.get("state") == "over":
        since, until = moment(payload.get("since"), at=at), moment(payload.get("until"), at=at)
        return [f"It was parked from {since} to {until}."]
    return [
        str(payload.get("error") or ""),
        f"Nothing is lost. `heliograph work retry {payload.get('key')}` lets it be tried again.",
    ]


def _plain_title(payload: Payload) -> str:
    return str(payload.get("title") or "")


def _plain_lines(payload: Payload, at: datetime) -> list[str]:
    return [str(payload.get("text") or "")]


def _test_title(payload: Payload) -> str:
    return "A test from Heliograph"


def _cut(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


TITLES: Mapping[str, Callable[[Payload], str]] = {
    "signal.published": _published_title,
    "signal.settled": _settled_title,
    "signal.revised": _revised_title,
    "data.stale": _stale_title,
    "work.parked": _parked_title,
    **dict.fromkeys(INCIDENTS, incident_title),
    "test": _test_title,
}
LINES: Mapping[str, Callable[[Payload, datetime], list[str]]] = {
    "signal.published": _published_lines,
    "signal.settled": _settled_lines,
    "signal.revised": _revised_lines,
    "data.stale": _stale_lines,
    "work.parked": _parked_lines,
    **dict.fromkeys(INCIDENTS, incident_lines),
}
