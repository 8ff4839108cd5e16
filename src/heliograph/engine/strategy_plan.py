"""The plan of a strategy, and which of its outputs is what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from heliograph.engine.bars import Floats, Times
from heliograph.engine.errors import EngineError
from heliograph.engine.exits.inputs import Inputs, SideInputs
from heliograph.engine.graph import Graph, Node
from heliograph.engine.language import Clause, condition, number
from heliograph.engine.plan import Plan
from heliograph.engine.strategy import Side, Strategy

ABSENT = -1


class BadMixture(EngineError):
    """Strategies of different timeframes cannot share a plan."""


@dataclass(frozen=True, slots=True)
class SideClauses:
    """The expressions of one side as trees."""

    enter: Clause
    exit: Clause | None
    stop: Clause | None
    targets: tuple[Clause, ...]

    @property
    def roots(self) -> list[Node]:
        """The nodes of all its expressions."""
        present = (self.enter, self.exit, self.stop, *self.targets)
        return [clause.node for clause in present if clause is not None]


@dataclass(frozen=True, slots=True)
class StrategyClauses:
    """All expressions of a strategy as trees."""

    long: SideClauses | None
    short: SideClauses | None
    confidence: Clause | None

    @classmethod
    def read(cls, strategy: Strategy, graph: Graph) -> "StrategyClauses":
        """The trees of a checked strategy, their nodes added to `graph`."""
        return cls(
            long=_side_clauses(strategy.long, strategy, graph),
            short=_side_clauses(strategy.short, strategy, graph),
            confidence=_number(strategy.confidence, strategy, graph),
        )

    @property
    def sides(self) -> dict[str, SideClauses]:
        """The sides that there are, by name."""
        return {name: side for name, side in (("long", self.long), ("short", self.short)) if side is not None}


@dataclass(frozen=True, slots=True)
class SideLayout:
    """Which output of the plan is what of one side; ABSENT (-1) where the strategy names none.

    `ready` is the name under which the runner knows since when the side may fire.
    """

    ready: str
    enter: int
    exit: int
    stop: int
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which output of the plan is what; a side that the strategy lacks is None, no confidence is ABSENT."""

    long: SideLayout | None
    short: SideLayout | None
    confidence: int


@dataclass(frozen=True, slots=True)
class StrategyPlan:
    """A strategy with the plan that computes its expressions, perhaps among those of other strategies.

    `clauses` are the trees of the very nodes that the plan computes, `graph` is what holds them.
    """

    strategy: Strategy
    plan: Plan
    layout: Layout
    clauses: StrategyClauses
    graph: Graph

    @classmethod
    def of(cls, strategy: Strategy) -> "StrategyPlan":
        """The plan of one strategy; its sides are known to the runner as `long` and `short`."""
        return _planned([strategy], [""])[0]

    @classmethod
    def of_many(cls, strategies: Sequence[Strategy]) -> list["StrategyPlan"]:
        """The plans of strategies of one timeframe, which share one graph and one `plan`: compute it once."""
        if len({strategy.timeframe for strategy in strategies}) > 1:
            raise BadMixture(str(BadMixture.__doc__))
        return _planned(strategies, [f"{number}." for number in range(len(strategies))])

    def inputs(self, outputs: Sequence[Floats], ready: Callable[[str], Times]) -> Inputs:
        """What the exits need of a block: the runner's outputs by their meaning, and `Runner.ready`."""
        return Inputs(
            long=_side_inputs(self.layout.long, outputs, ready),
            short=_side_inputs(self.layout.short, outputs, ready),
            confidence=_output(outputs, self.layout.confidence),
        )


def _side_clauses(side: Side | None, strategy: Strategy, graph: Graph) -> SideClauses | None:
    if side is None:
        return None
    targets = (_number(target, strategy, graph) for target in side.targets)
    return SideClauses(
        enter=_condition(side.enter, strategy, graph),
        exit=_condition(side.exit, strategy, graph) if side.exit is not None else None,
        stop=_number(side.stop, strategy, graph),
        targets=tuple(target for target in targets if target is not None),
    )


def _condition(text: str, strategy: Strategy, graph: Graph) -> Clause:
    return condition(text, graph=graph, params=strategy.values, timeframe=strategy.timeframe)


def _number(text: str | None, strategy: Strategy, graph: Graph) -> Clause | None:
    if text is None:
        return None
    return number(text, graph=graph, params=strategy.values, timeframe=strategy.timeframe)


class Outputs:
    """The list of a plan's outputs; a node that is asked for twice is one output."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._places: dict[int, int] = {}

    def place(self, clause: Clause | None) -> int:
        """The place of a clause's node among the outputs."""
        if clause is None:
            return ABSENT
        if clause.node.id not in self._places:
            self._places[clause.node.id] = len(self.nodes)
            self.nodes.append(clause.node)
        return self._places[clause.node.id]

    def layout(self, clauses: StrategyClauses, prefix: str) -> Layout:
        """The places of all that a strategy is made of."""
        sides = {name: self._side(side, prefix + name) for name, side in clauses.sides.items()}
        return Layout(sides.get("long"), sides.get("short"), self.place(clauses.confidence))

    def _side(self, side: SideClauses, ready: str) -> SideLayout:
        return SideLayout(
            ready=ready,
            enter=self.place(side.enter),
            exit=self.place(side.exit),
            stop=self.place(side.stop),
            targets=tuple(self.place(target) for target in side.targets),
        )


def _planned(strategies: Sequence[Strategy], prefixes: Sequence[str]) -> list[StrategyPlan]:
    graph, outputs = Graph(), Outputs()
    trees = [StrategyClauses.read(strategy, graph) for strategy in strategies]
    layouts = [outputs.layout(tree, prefix) for tree, prefix in zip(trees, prefixes, strict=True)]
    sides = {
        prefix + name: side.roots
        for tree, prefix in zip(trees, prefixes, strict=True)
        for name, side in tree.sides.items()
    }
    plan = Plan.compile(outputs.nodes, graph, sides=sides, timeframe=strategies[0].timeframe)
    return [
        StrategyPlan(strategy, plan, layout, tree, graph)
        for strategy, layout, tree in zip(strategies, layouts, trees, strict=True)
    ]


def _side_inputs(
    side: SideLayout | None, outputs: Sequence[Floats], ready: Callable[[str], Times]
) -> SideInputs | None:
    if side is None:
        return None
    return SideInputs(
        enter=outputs[side.enter],
        exit=_output(outputs, side.exit),
        stop=_output(outputs, side.stop),
        targets=tuple(outputs[place] for place in side.targets),
        ready=ready(side.ready),
    )


def _output(outputs: Sequence[Floats], place: int) -> Floats | None:
    return None if place == ABSENT else outputs[place]
