"""What a candidate is asked before it is published, with the numbers of one bar."""

from dataclasses import dataclass

from heliograph.engine.exits import Reject
from heliograph.engine.strategy import Filters, Side
from heliograph.signals.explanation import FilterView
from heliograph.signals.sentences import TEXTS, at_least, bars_since, short

# The same tolerance as that of the exits kernel: a limit is met within this part of it.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Candidate:
    """The levels of a candidate at its close; None where unknown or not named.

    `sign` is 1 for long, -1 for short.
    """

    sign: int
    close: float
    stop: float | None
    targets: tuple[float | None, ...]
    confidence: float | None

    def reward_risk(self, side: Side) -> float | None:
        """The mean reward of the targets, weighted by their fractions, over the risk to the stop."""
        risk = None if self.stop is None else self.sign * (self.close - self.stop)
        if not risk or not self.targets or None in self.targets:
            return None
        rewards = (self.sign * (target - self.close) for target in self.targets)
        return sum(part * reward for part, reward in zip(side.fractions, rewards, strict=True)) / risk

    def wrong_side(self) -> bool:
        """True if the stop or a target lies on the wrong side of the close."""
        stop_wrong = self.stop is not None and self.sign * self.stop >= self.sign * self.close
        return stop_wrong or any(
            target is not None and self.sign * target <= self.sign * self.close for target in self.targets
        )


def checks(
    candidate: Candidate, side: Side, filters: Filters, *, has_confidence: bool, since_exit: int | None
) -> list[FilterView]:
    """Every check in the order in which they are made.

    `since_exit`: bars since the last exit, None if none was.
    """
    views = [_levels(candidate, side)]
    if has_confidence and filters.min_confidence is None:
        views.append(_known("confidence", candidate.confidence, Reject.NO_CONFIDENCE))
    if filters.min_confidence is not None:
        views.append(_limit("min_confidence", candidate.confidence, filters.min_confidence))
    if filters.min_reward_risk is not None:
        views.append(_limit("min_reward_risk", candidate.reward_risk(side), filters.min_reward_risk))
    if filters.cooldown:
        views.append(_cooldown(since_exit, filters.cooldown))
    return views


def refuses(view: FilterView, reason: str) -> bool:
    """True if this is the check that a rejected candidate failed for that reason."""
    names = {
        "levels": {Reject.NO_STOP, Reject.NO_TARGET, Reject.WRONG_SIDE},
        "confidence": {Reject.NO_CONFIDENCE},
        "min_confidence": {Reject.MIN_CONFIDENCE, Reject.NO_CONFIDENCE},
        "min_reward_risk": {Reject.MIN_REWARD_RISK},
        "cooldown": {Reject.COOLDOWN},
    }
    return reason in names[view.name]


def _levels(candidate: Candidate, side: Side) -> FilterView:
    if side.stop is not None and candidate.stop is None:
        return FilterView("levels", None, None, False, False, TEXTS[Reject.NO_STOP])
    if None in candidate.targets:
        return FilterView("levels", None, None, False, False, TEXTS[Reject.NO_TARGET])
    if candidate.wrong_side():
        return FilterView("levels", None, None, False, False, TEXTS[Reject.WRONG_SIDE])
    levels = [f"stop {short(candidate.stop)}"] if side.stop is not None else []
    levels.append(f"close {short(candidate.close)}")
    levels += [f"target {short(target)}" for target in candidate.targets]
    return FilterView("levels", None, None, True, False, ", ".join(levels))


def _known(name: str, value: float | None, reason: Reject) -> FilterView:
    return FilterView(
        name, value, None, value is not None, False, short(value) if value is not None else TEXTS[reason]
    )


def _limit(name: str, value: float | None, limit: float) -> FilterView:
    passed = value is not None and value >= limit - TOLERANCE * abs(limit)
    return FilterView(name, value, limit, passed, False, at_least(value, limit, passed=passed))


def _cooldown(since: int | None, limit: int) -> FilterView:
    passed = since is None or since >= limit
    return FilterView(
        "cooldown",
        None if since is None else float(since),
        float(limit),
        passed,
        False,
        bars_since(since, limit, passed=passed),
    )
