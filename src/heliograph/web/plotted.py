"""What of a condition a chart draws: lines among the prices, and panes of oscillators below them."""

from collections.abc import Iterable
from dataclasses import dataclass

from heliograph.engine.language import Clause

# Functions whose value is a price where their first argument is one.
KEEPS_UNIT = {"sma", "ema", "wma", "rma", "bb_upper", "bb_mid", "bb_lower", "highest", "lowest"} | {
    "abs",
    "min",
    "max",
    "clip",
}
PRICES = {"open", "high", "low", "close", "vwap"}
MOST_AMONG_PRICES, MOST_IN_PANE, MOST_PANES = 3, 3, 2


@dataclass(frozen=True, slots=True)
class Pane:
    """Lines that are compared with each other, and the constants that they are compared with."""

    lines: tuple[Clause, ...]
    guides: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Plotted:
    """`prices` belong onto the candles; what is on another scale has a pane below."""

    prices: tuple[Clause, ...]
    panes: tuple[Pane, ...]


def plotted(trees: Iterable[Clause]) -> Plotted:
    """The numbers that the conditions compare, each once; the candles themselves are not drawn again."""
    prices: dict[int, Clause] = {}
    panes: list[tuple[dict[int, Clause], set[float]]] = []
    for tree in trees:
        for sides in _comparisons(tree):
            lines = {side.node.id: side for side in sides if _moves(side)}
            prices |= {key: side for key, side in lines.items() if is_price(side)}
            others = {key: side for key, side in lines.items() if not is_price(side)}
            if others:
                _join(panes, others, {_constant(side) for side in sides if not _moves_at_all(side)})
    among = [line for line in prices.values() if not _is_candle(line)]
    found = [Pane(tuple(lines.values())[:MOST_IN_PANE], tuple(sorted(guides))) for lines, guides in panes]
    if more := among[MOST_AMONG_PRICES:]:
        found.insert(0, Pane(tuple(more[:MOST_IN_PANE]), ()))
    return Plotted(tuple(among[:MOST_AMONG_PRICES]), tuple(found[:MOST_PANES]))


def is_price(clause: Clause) -> bool:
    """True if the number is on the scale of the candles."""
    if clause.kind == "input":
        return clause.name in PRICES
    if clause.kind in ("on", "ago"):
        return is_price(clause.children[0])
    if clause.kind == "call":
        return clause.name in PRICES or (clause.name in KEEPS_UNIT and is_price(clause.children[0]))
    if clause.kind != "arithmetic":
        return False
    prices = [is_price(child) for child in clause.children]
    if clause.name in ("+", "-"):
        # A price less a price is a distance.
        return any(prices) and not (clause.name == "-" and all(prices))
    return sum(prices) == 1 and all(is_price(child) or not _moves_at_all(child) for child in clause.children)


def _comparisons(clause: Clause) -> Iterable[tuple[Clause, ...]]:
    """The sides of every comparison and crossing."""
    if clause.kind in ("compare", "crossing"):
        yield tuple(_undelayed(child) for child in clause.children)
        return
    for child in clause.children:
        yield from _comparisons(child)


def _undelayed(clause: Clause) -> Clause:
    # A line and itself some bars ago are one line.
    return _undelayed(clause.children[0]) if clause.kind == "ago" else clause


def _moves_at_all(clause: Clause) -> bool:
    return clause.node.op != "constant"


def _moves(clause: Clause) -> bool:
    return _moves_at_all(clause) and not clause.truth


def _constant(clause: Clause) -> float:
    return float(clause.node.params[0])


def _is_candle(clause: Clause) -> bool:
    return clause.kind == "input"


def _join(
    panes: list[tuple[dict[int, Clause], set[float]]], lines: dict[int, Clause], guides: set[float]
) -> None:
    for known, marks in panes:
        if known.keys() & lines.keys():
            known |= lines
            marks |= guides
            return
    panes.append((lines, guides))
