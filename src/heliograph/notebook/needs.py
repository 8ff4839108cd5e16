"""How many bars each expression of a strategy needs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from heliograph.engine.language import Clause
from heliograph.engine.lengths import lengths
from heliograph.engine.strategy_plan import StrategyPlan


@dataclass(frozen=True, slots=True)
class Need:
    """What one expression needs: `warmup` bars until it is known, `settle` until its beginning is forgotten.

    `settle` is infinite where that never happens; `never` then names the parts that are to blame.
    """

    key: str
    warmup: int
    settle: float
    never: tuple[str, ...]


def needs_of(plan: StrategyPlan) -> Iterator[Need]:
    """The needs of each expression, in the order of the file."""
    timeframe = plan.strategy.timeframe
    for key, clause in _expressions(plan):
        (own,) = lengths([clause.node], timeframe)
        yield Need(key, own.warmup, own.settle, tuple(_never(clause, timeframe)))


def _expressions(plan: StrategyPlan) -> Iterator[tuple[str, Clause]]:
    for name, side in plan.clauses.sides.items():
        named = [("enter", side.enter), ("exit", side.exit), ("stop", side.stop)]
        named += [(f"target {at}", target) for at, target in enumerate(side.targets, 1)]
        yield from ((f"{name} {key}", clause) for key, clause in named if clause is not None)
    if plan.clauses.confidence is not None:
        yield "confidence", plan.clauses.confidence


def _never(clause: Clause, timeframe: str) -> Iterator[str]:
    """The innermost parts that depend for ever on where the candles begin."""
    if math.isfinite(lengths([clause.node], timeframe)[0].settle):
        return
    inner = [text for child in clause.children for text in _never(child, timeframe)]
    yield from inner or [clause.text]
