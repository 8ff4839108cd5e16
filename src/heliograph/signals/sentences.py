"""The sentences that tell people why: made here and nowhere else."""

from datetime import datetime

from heliograph.engine.exits import Reject
from heliograph.signals.explanation import Verdict

TEXTS = {
    Reject.NO_STOP: "the stop is unknown",
    Reject.NO_TARGET: "a target is unknown",
    Reject.NO_CONFIDENCE: "the confidence is unknown",
    Reject.WRONG_SIDE: "the stop or a target is on the wrong side of the close",
    Reject.BOTH_SIDES: "long and short wanted to enter on the same bar",
    Reject.OPPOSITE: "it closed an open trade of the other side instead",
    Reject.LATE_DATA: "it was first seen when late or corrected candles came",
}


def short(value: float | None) -> str:
    """A number with as many digits as people need.

    Six significant ones near 1, so that a currency pair keeps its pips; no exponent for prices of any size.
    """
    if value is None:
        return "–"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.2f}"
    elif size >= 10:
        text = f"{value:.4f}"
    elif size >= 1:
        text = f"{value:.5f}"
    else:
        text = f"{value:.{_decimals(size)}f}"
    return text.rstrip("0").rstrip(".").replace("-", "−")


def two(value: float | None) -> str:
    """A ratio or confidence with two decimals."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def below(name: str, value: float | None, limit: float) -> str:
    """A limit that was not met, such as "confidence 0.26 < 0.30"; more digits where two would look equal."""
    if value is None:
        return f"{name} is unknown, at least {two(limit)} is asked"
    digits = 2
    while digits < 10 and f"{value:.{digits}f}" == f"{limit:.{digits}f}":
        digits += 1
    return f"{name} {value:.{digits}f} < {limit:.{digits}f}"


def rejection(
    reason: str,
    *,
    confidence: float | None,
    reward_risk: float | None,
    least_confidence: float | None,
    least_reward_risk: float | None,
    cooldown: int,
) -> str:
    """The reason of a rejected candidate in words."""
    if reason == Reject.MIN_CONFIDENCE:
        return below("confidence", confidence, least_confidence or 0.0)
    if reason == Reject.MIN_REWARD_RISK:
        return below("reward / risk", reward_risk, least_reward_risk or 0.0)
    if reason == Reject.COOLDOWN:
        return f"less than {cooldown} bars since the last exit"
    return TEXTS[Reject(reason)]


def _decimals(size: float) -> int:
    """Decimals that show five significant digits of a number below one."""
    digits = 5
    while size < 0.1 and digits < 14:
        size *= 10
        digits += 1
    return digits


def compared(left: float | None, sign: str, right: float | None, *, constant: bool) -> str:
    """Both sides of a comparison and their distance: in percent of the right side, or in its own unit."""
    text = f"{short(left)} {sign} {short(right)}"
    if left is None or right is None:
        return text
    distance = left - right
    if constant or right == 0:
        return f"{text}, by {_signed(short(distance), distance)}"
    percent = 100 * distance / abs(right)
    return f"{text}, by {_signed(f'{percent:.1f}'.replace('-', '−'), percent)} %"


def moved(previous: float | None, value: float | None) -> str:
    """A value and the one before it, such as "144.94 → 144.58"."""
    return f"{short(previous)} → {short(value)}"


def _signed(text: str, value: float) -> str:
    return f"+{text}" if value > 0 else text


def at_least(value: float | None, limit: float, *, passed: bool) -> str:
    """A value beside the least that is asked, such as "0.36 ≥ 0.30"."""
    if value is None:
        return f"unknown, at least {two(limit)} is asked"
    return f"{two(value)} ≥ {two(limit)}" if passed else below("", value, limit).strip()


def bars_since(since: int | None, limit: int, *, passed: bool) -> str:
    """The bars since the last exit beside the cooldown."""
    if since is None:
        return f"no exit yet, {limit} bars are asked after one"
    return f"{since} {'≥' if passed else '<'} {limit} bars since the last exit"


def counted(number: int, one: str, many: str) -> str:
    """ "One clause is" or "3 clauses are"."""
    return f"One {one}" if number == 1 else f"{number} {many}"


def minute(moment: datetime) -> str:
    """A moment to the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def not_fired(verdict: Verdict, deciding: int) -> str:
    """Why `enter` made no candidate."""
    if verdict == Verdict.FALSE:
        return f"{counted(deciding, 'clause is', 'clauses are')} false, so `enter` is false."
    return f"{counted(deciding, 'clause is', 'clauses are')} unknown, and an unknown condition never fires."


def slot_is_taken(signal_id: int, since: datetime) -> str:
    """Why a true `enter` made no candidate."""
    return f"`enter` is true, but signal {signal_id} of {minute(since)} still holds the slot."


WARMING_UP = "`enter` is true, but a part of this side has never been known yet, so it may not fire."
RETIRED = "`enter` is true, but the version is retired and enters no more."
PASSED_OVER = "The bar came when later ones had been evaluated; it was passed over."
NOT_YET = "The bar has not been evaluated yet."
PUBLISHED = "All clauses are true and all filters passed: the signal was published."
WOULD_FIRE = "`enter` is true with these candles."
FREE = "free"


def rejected(detail: str) -> str:
    """What became of a candidate that was refused."""
    return f"`enter` is true, but the candidate was rejected: {detail}."


def slot_held(signal_id: int, since: datetime) -> str:
    """The slot as it stood."""
    return f"taken by signal {signal_id} since {minute(since)}"


def slot_cools(signal_id: int, left: int) -> str:
    """The slot after an exit."""
    return f"cooling down after signal {signal_id}, {counted(left, 'bar', 'bars').lower()} left"


def no_bar(symbol: str, timeframe: str, moment: datetime) -> str:
    """There is nothing to explain."""
    return f"{symbol} has no {timeframe} bar that opens at {minute(moment)}."


def before_origin(symbol: str, origin: datetime) -> str:
    """There is nothing to explain."""
    return f"This version begins with the {symbol} bar of {minute(origin)}; earlier ones are not evaluated."


def no_side(version: str, side: str) -> str:
    """There is nothing to explain."""
    return f"{version} has no {side} side."


def amended(since: datetime) -> str:
    """Why an outcome was revised."""
    return f"candles from {minute(since)} on were added or corrected"
