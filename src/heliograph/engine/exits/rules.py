"""The rules by which candidates are judged and trades are left, as frozen values and as the numbers of
the kernel.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.errors import EngineError
from heliograph.engine.strategy import Side, Strategy

LONG, SHORT = 1, -1
SIDES = {LONG: "long", SHORT: "short"}
MAX_TARGETS = 3

# Places in the vector of numbers that the kernel reads; the two sides' parts follow at SIDE and SIDE +
# PER_SIDE.
FILL_CLOSE, FEE, SLIPPAGE, OPPOSITE, HAS_CONFIDENCE = range(5)
MIN_CONFIDENCE, MIN_REWARD_RISK, COOLDOWN, ALERT_ONLY, INTRABAR = range(5, 10)
SIDE, PER_SIDE = 10, 7
HAS_SIDE, HAS_STOP, TARGETS, FRACTION, EXPIRES = 0, 1, 2, 3, 6
IGNORE, EXIT, REVERSE = 0, 1, 2


class BadRules(EngineError):
    """The rules of the exits contradict each other."""


class Reject(StrEnum):
    """Why a candidate was not published. The kernel's codes are the places in REJECTS."""

    NO_STOP = "no_stop"
    NO_TARGET = "no_target"
    NO_CONFIDENCE = "no_confidence"
    WRONG_SIDE = "wrong_side"
    BOTH_SIDES = "both_sides"
    MIN_CONFIDENCE = "min_confidence"
    MIN_REWARD_RISK = "min_reward_risk"
    COOLDOWN = "cooldown"
    OPPOSITE = "opposite"
    LATE_DATA = "late_data"


# Code 0 is "published"; the checks are made in this order and the first that fails is the reason.
REJECTS: tuple[Reject | None, ...] = (None, *Reject)


class ExitReason(StrEnum):
    """What ended a trade: the reason of its last part."""

    TARGET = "target"
    STOP = "stop"
    EXIT = "exit"
    OPPOSITE = "opposite"
    EXPIRED = "expired"
    END = "end"


EXIT_REASONS: tuple[ExitReason, ...] = tuple(ExitReason)


@dataclass(frozen=True, slots=True)
class SideRules:
    """What one side names. `fractions` has one part of the trade per target; `expires` counts bars held."""

    stop: bool = False
    fractions: tuple[float, ...] = ()
    expires: int | None = None

    def __post_init__(self) -> None:
        if len(self.fractions) > MAX_TARGETS:
            raise BadRules(f"A side has at most {MAX_TARGETS} targets, not {len(self.fractions)}.")
        if self.fractions and not (min(self.fractions) > 0 and abs(sum(self.fractions) - 1) < 1e-9):
            raise BadRules(f"The fractions {self.fractions} must be positive and add up to 1.")
        if self.expires is not None and self.expires < 1:
            raise BadRules(f"A trade can expire after 1 bar at the earliest, not after {self.expires}.")

    @classmethod
    def of(cls, side: Side) -> "SideRules":
        """The rules of a checked strategy's side."""
        return cls(stop=side.stop is not None, fractions=tuple(side.fractions), expires=side.expires)


@dataclass(frozen=True, slots=True)
class Rules:
    """The frozen scalars of the exits. A side that is None never has a candidate.

    `fee_pct` is percent of the notional at entry and at each exit, `slippage_bps` hundredths of a percent
    on market fills. `confidence` says that the strategy has a confidence, so that an unknown one is a
    reason to reject; `intrabar` that finer bars decide what came first inside a bar.
    """

    long: SideRules | None = None
    short: SideRules | None = None
    fill: Literal["next_open", "close"] = "next_open"
    fee_pct: float = 0.1
    slippage_bps: float = 0.0
    opposite: Literal["ignore", "exit", "reverse"] = "ignore"
    confidence: bool = False
    min_confidence: float | None = None
    min_reward_risk: float | None = None
    cooldown: int = 0
    alert_only: bool = False
    intrabar: bool = False

    @classmethod
    def of(cls, strategy: Strategy) -> "Rules":
        """The rules of a checked strategy."""
        execution, filters = strategy.execution, strategy.filters
        return cls(
            long=SideRules.of(strategy.long) if strategy.long else None,
            short=SideRules.of(strategy.short) if strategy.short else None,
            fill=execution.fill,
            fee_pct=execution.fee_pct,
            slippage_bps=execution.slippage_bps,
            opposite=execution.opposite,
            confidence=strategy.confidence is not None,
            min_confidence=filters.min_confidence,
            min_reward_risk=filters.min_reward_risk,
            cooldown=filters.cooldown,
            alert_only=strategy.alert_only,
            intrabar=execution.intrabar is not None,
        )

    def numbers(self) -> Floats:
        """The rules as the vector that the kernel reads; a limit that is not set is NaN."""
        values = np.zeros(SIDE + 2 * PER_SIDE)
        values[FILL_CLOSE] = self.fill == "close"
        values[FEE] = self.fee_pct / 100
        values[SLIPPAGE] = self.slippage_bps / 10_000
        values[OPPOSITE] = ("ignore", "exit", "reverse").index(self.opposite)
        values[HAS_CONFIDENCE] = self.confidence
        values[MIN_CONFIDENCE] = np.nan if self.min_confidence is None else self.min_confidence
        values[MIN_REWARD_RISK] = np.nan if self.min_reward_risk is None else self.min_reward_risk
        values[COOLDOWN], values[ALERT_ONLY], values[INTRABAR] = self.cooldown, self.alert_only, self.intrabar
        for place, side in ((SIDE, self.long), (SIDE + PER_SIDE, self.short)):
            if side is not None:
                values[place + HAS_SIDE], values[place + HAS_STOP] = 1, side.stop
                values[place + TARGETS] = len(side.fractions)
                values[place + FRACTION : place + FRACTION + len(side.fractions)] = side.fractions
                values[place + EXPIRES] = side.expires or 0
        return values
