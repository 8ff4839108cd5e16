"""What a function of the language is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from heliograph.engine.graph import Builder, Node

Kind: TypeAlias = Literal["series", "period", "number", "timeframe"]
Argument: TypeAlias = Node | int | float
Build: TypeAlias = Callable[[Builder, Sequence[Argument]], Node]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument: a series, a whole number of bars, or a number; required where `default` is None."""

    name: str
    kind: Kind
    default: int | float | None = None
    least: float = 1
    most: float = 10_000


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    `build` takes one argument per parameter: a Node for a series, an int for a period, a number otherwise.
    `reference` says whose definition it follows, and where it differs.
    """

    name: str
    parameters: tuple[Parameter, ...]
    build: Build
    summary: str
    reference: str
    group: str
    example: str

    @property
    def signature(self) -> str:
        """How it is called, as in `sma(x, n)`."""
        return f"{self.name}({', '.join(parameter.name for parameter in self.parameters)})"


X = Parameter("x", "series")
A = Parameter("a", "series")
B = Parameter("b", "series")


def period(name: str = "n", *, least: int = 1) -> Parameter:
    """A whole number of bars."""
    return Parameter(name, "period", least=least)


def primitive(op: str, *inputs: str) -> Build:
    """Builds `op` over its series arguments followed by `inputs` of the bar; the others are its params."""

    def build(builder: Builder, arguments: Sequence[Argument]) -> Node:
        series = [argument for argument in arguments if isinstance(argument, Node)]
        params = tuple(argument for argument in arguments if not isinstance(argument, Node))
        fields = [builder.input(name) for name in inputs]
        return builder.apply(op, *series, *fields, params=params)

    return build


def nodes(arguments: Sequence[Argument]) -> list[Node]:
    """Those that are series."""
    return [argument for argument in arguments if isinstance(argument, Node)]


def whole(argument: Argument) -> int:
    """A period."""
    if isinstance(argument, int):
        return argument
    raise TypeError(f"{argument} is no whole number")


def number(argument: Argument) -> float:
    """A plain number."""
    if isinstance(argument, Node):
        raise TypeError(f"{argument} is a series")
    return float(argument)
