"""Where a level lies from the close, as far as its expression tells before any bar."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from heliograph.engine.language import Clause

Position: TypeAlias = Literal["above", "below", "at"]

# Functions that are never negative.
SIZES = {"abs", "atr", "natr", "sqrt", "stddev", "true_range"}


@dataclass(frozen=True, slots=True)
class Offset:
    """A value of the form `closes` times the close plus a rest, which may be above 0, below it, or nil."""

    closes: float = 0.0
    up: bool = False
    down: bool = False

    def __add__(self, other: "Offset") -> "Offset":
        return Offset(self.closes + other.closes, self.up or other.up, self.down or other.down)

    def times(self, factor: float) -> "Offset":
        """The value multiplied by a constant."""
        if factor == 0:
            return Offset()
        up, down = (self.up, self.down) if factor > 0 else (self.down, self.up)
        return Offset(self.closes * factor, up, down)


CLOSE = Offset(1.0)
ABOVE_CLOSE = Offset(1.0, up=True)
BELOW_CLOSE = Offset(1.0, down=True)
SIZE = Offset(up=True)
INPUTS = {"close": CLOSE, "high": ABOVE_CLOSE, "low": BELOW_CLOSE}


def position(level: Clause) -> Position | None:
    """Where the level lies at every bar, None where its expression does not tell; prices are above 0."""
    offset = _offset(level)
    if offset is None:
        return None
    up, down = offset.up or offset.closes > 1, offset.down or offset.closes < 1
    if up and down:
        return None
    if up or down:
        return "above" if up else "below"
    return "at"


def _offset(clause: Clause) -> Offset | None:
    if clause.node.is_constant:
        return Offset(up=clause.node.value > 0, down=clause.node.value < 0)
    match clause.kind:
        case "input":
            return INPUTS.get(clause.name)
        case "arithmetic":
            return _arithmetic(clause)
        case "call":
            return _call(clause)
    return None


def _arithmetic(clause: Clause) -> Offset | None:
    first, last = clause.children[0], clause.children[-1]
    match clause.name, len(clause.children):
        case "-", 1:
            return _scaled(first, -1.0)
        case "+" | "-", _:
            left, right = _offset(first), _scaled(last, 1.0 if clause.name == "+" else -1.0)
            return left + right if left and right else None
        case "*", _ if first.node.is_constant:
            return _scaled(last, first.node.value)
        case "*", _ if last.node.is_constant:
            return _scaled(first, last.node.value)
        case "/", _ if last.node.is_constant and last.node.value != 0:
            return _scaled(first, 1.0 / last.node.value)
    return None


def _scaled(clause: Clause, factor: float) -> Offset | None:
    offset = _offset(clause)
    return offset.times(factor) if offset else None


def _call(clause: Clause) -> Offset | None:
    if clause.name in SIZES:
        return SIZE
    over = clause.children[0].name if clause.children else ""
    if clause.name == "highest" and over in {"high", "close"}:
        return ABOVE_CLOSE
    if clause.name == "lowest" and over in {"low", "close"}:
        return BELOW_CLOSE
    return None
