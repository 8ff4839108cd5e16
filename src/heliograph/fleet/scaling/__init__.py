"""How many workers there should be: a pure policy. It reads no clock and no row, and it acts on nothing."""

from heliograph.fleet.scaling.decide import Decision, decide
from heliograph.fleet.scaling.history import Change, Past, PastWish
from heliograph.fleet.scaling.policy import BadPolicy, Policy, StepLimit, Targets
from heliograph.fleet.scaling.seen import HALF_MINUTE, MINUTE, Measures, Rush, busy_pct
from heliograph.fleet.scaling.wishes import Wish

__all__ = [
    "HALF_MINUTE",
    "MINUTE",
    "BadPolicy",
    "Change",
    "Decision",
    "Measures",
    "Past",
    "PastWish",
    "Policy",
    "Rush",
    "StepLimit",
    "Targets",
    "Wish",
    "busy_pct",
    "decide",
]
