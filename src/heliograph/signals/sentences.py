"""The sentences that tell people why: made here and nowhere else."""

from heliograph.engine.exits import Reject

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

    Five significant ones, no exponent for prices of any size.
    """
    if value is None:
        return "–"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.2f}"
    elif size >= 1:
        text = f"{value:.4f}"
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
