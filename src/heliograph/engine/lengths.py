"""How long a node needs: until it is known, and until it has forgotten where it began."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from heliograph.engine.graph import Domain, Node, reachable
from heliograph.engine.primitives import PRIMITIVES
from heliograph.engine.timeframe import DAY, Timeframe

LONGEST_MONTH = 31 * DAY


@dataclass(frozen=True, slots=True)
class Lengths:
    """`warmup`: bars before the first at which the value is known.

    `settle`: bars until it is as good as from any earlier beginning, infinite where never.
    """

    warmup: int
    settle: float


def lengths(outputs: Sequence[Node], timeframe: str | None) -> list[Lengths]:
    """The lengths of each output, in base bars that exist without gaps."""
    found: dict[int, Lengths] = {}
    for node in reachable(outputs):
        args = [found[arg.id] for arg in node.args]
        warmup = max((arg.warmup for arg in args), default=0)
        settle = max((arg.settle for arg in args), default=0.0)
        if node.op == "hold":
            ratio = bar_ms(node.args[0].domain, timeframe) / bar_ms(node.domain, timeframe)
            # At worst the first period lacks its first bar, and is not shown.
            found[node.id] = Lengths(math.ceil((warmup + 2) * ratio) - 2, (settle + 2) * ratio - 2)
        elif node.op in PRIMITIVES:
            primitive = PRIMITIVES[node.op]
            day = DAY / bar_ms(node.domain, timeframe) if timeframe or node.domain else math.inf
            own = primitive.settles(node.params, day)
            found[node.id] = Lengths(warmup + primitive.lookback(node.params), settle + own)
        else:
            found[node.id] = Lengths(0, 0.0)
    return [found[node.id] for node in outputs]


def bar_ms(domain: Domain, timeframe: str | None) -> float:
    """Milliseconds of a bar of that domain, of the longest month for months."""
    name = domain[-1] if domain else timeframe
    if name is None:
        raise ValueError("a higher timeframe needs that of the base bars")
    return Timeframe.parse(name).ms or LONGEST_MONTH
