"""Why a candidate was rejected, in words made from its values."""

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from heliograph.engine.exits.rules import REJECTS, SIDES, Reject, Rules


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a candidate was judged by; NaN is unknown or not named. `reason` is None for a published one."""

    side: str
    reason: Reject | None
    close: float
    stop: float = nan
    targets: tuple[float, ...] = ()
    confidence: float = nan
    reward_risk: float = nan

    @classmethod
    def of(cls, row: np.void, rules: Rules) -> "Candidate":
        """The candidate of a row of Events.candidates."""
        side = SIDES[int(row["side"])]
        named = rules.long if side == "long" else rules.short
        count = len(named.fractions) if named else 0
        return cls(
            side=side,
            reason=REJECTS[int(row["reason"])],
            close=float(row["close"]),
            stop=float(row["stop"]),
            targets=tuple(float(row[f"target{k}"]) for k in range(1, count + 1)),
            confidence=float(row["confidence"]),
            reward_risk=float(row["reward_risk"]),
        )


def refusal(candidate: Candidate, rules: Rules) -> str:
    """The reason in words, such as "confidence 0.26 < 0.3"; empty for a published candidate."""
    match candidate.reason:
        case None:
            return ""
        case Reject.NO_TARGET:
            return f"{_first_unknown_target(candidate)} is unknown"
        case Reject.WRONG_SIDE:
            return _wrong_side(candidate)
        case Reject.MIN_CONFIDENCE:
            return _too_low("confidence", candidate.confidence, rules.min_confidence)
        case Reject.MIN_REWARD_RISK:
            return _too_low("reward/risk", candidate.reward_risk, rules.min_reward_risk)
        case Reject.COOLDOWN:
            since = "signal" if rules.alert_only else "exit"
            return f"fewer than {rules.cooldown} bars after the last {since}"
        case Reject.OPPOSITE:
            return f"it closed the open {'short' if candidate.side == 'long' else 'long'} trade"
    return FIXED_WORDS[candidate.reason]


FIXED_WORDS = {
    Reject.NO_STOP: "the stop is unknown",
    Reject.NO_CONFIDENCE: "the confidence is unknown",
    Reject.BOTH_SIDES: "long and short on the same bar",
    Reject.LATE_DATA: "first seen in candles that arrived after its bar had been evaluated",
}


def _too_low(name: str, value: float, limit: float | None) -> str:
    if not isfinite(value):
        return f"{name} is unknown"
    return f"{name} {_number(value, limit)} < {limit!r}"


def _number(value: float, limit: float | None) -> str:
    """Four digits, or as many as it takes to differ from the limit."""
    digits = next((d for d in range(4, 17) if float(f"{value:.{d}g}") != limit), 17)
    return f"{value:.{digits}g}"


def _first_unknown_target(candidate: Candidate) -> str:
    unknown = [k for k, target in enumerate(candidate.targets, 1) if not isfinite(target)]
    return f"target {unknown[0]}" if unknown else "a target"


def _wrong_side(candidate: Candidate) -> str:
    way, ahead, behind = (1, "above", "below") if candidate.side == "long" else (-1, "below", "above")
    if way * candidate.stop >= way * candidate.close:
        return f"the stop {candidate.stop!r} is not {behind} the close {candidate.close!r}"
    wrong = ((k, t) for k, t in enumerate(candidate.targets, 1) if way * t <= way * candidate.close)
    number, target = next(wrong, (1, nan))
    return f"target {number} {target!r} is not {ahead} the close {candidate.close!r}"
