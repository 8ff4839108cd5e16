"""Any number of expressions as one list of kernel calls, in which what they share is computed once."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from heliograph.engine.bars import INPUTS
from heliograph.engine.errors import EngineError
from heliograph.engine.graph import BASE, Domain, Graph, Node, reachable
from heliograph.engine.lengths import Lengths, lengths
from heliograph.engine.primitives import PRIMITIVES, Params
from heliograph.engine.timeframe import FIRST_MONDAY, WEEK, Timeframe

FIELDS = ("time", "where", "seen", *INPUTS, "counts")
RESAMPLE_STATE = 10
HOLD_STATE = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One kernel call per block. `ins` and `outs` are registers, `state` the floats per instrument."""

    kernel: str
    ins: tuple[int, ...]
    params: Params
    state: int
    outs: tuple[int, ...]


@dataclass(slots=True)
class Level:
    """The steps on the bars of one domain, and how these bars are built from those of its parent.

    `fields` are the registers of what a bar is made of; `length` (0: months), `offset` and `bar` are in ms.
    """

    domain: Domain
    fields: dict[str, int]
    length: int = 0
    offset: int = 0
    bar: int = 0
    steps: list[Step] = field(default_factory=list)
    below: list["Level"] = field(default_factory=list)

    def walk(self) -> Iterator["Level"]:
        """This level and all that hang on it."""
        yield self
        for level in self.below:
            yield from level.walk()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a Runner runs. `registers` gives the domain of each register; `constants` the value of some."""

    base: Level
    registers: tuple[Domain, ...]
    constants: Mapping[int, float]
    outputs: tuple[int, ...]
    lengths: tuple[Lengths, ...]
    watched: tuple[int, ...]
    sides: Mapping[str, tuple[int, ...]]
    digest: str

    @classmethod
    def compile(
        cls,
        outputs: Sequence[Node],
        graph: Graph,
        *,
        sides: Mapping[str, Sequence[Node]] | None = None,
        timeframe: str | None = None,
    ) -> "Plan":
        """The plan that gives these outputs, of base bars of `timeframe` (needed where a higher one is used).

        `sides` names groups of nodes; a side is ready once each node below its own has been known.
        """
        if any(node.domain != BASE for node in outputs):
            raise ValueError("an output lives on the base bars: hold it")
        named = {name: list(nodes) for name, nodes in (sides or {}).items()}
        roots = [*outputs, *(node for nodes in named.values() for node in nodes)]
        return _Compiler(timeframe).plan(outputs, named, reachable(roots))

    @property
    def warmup(self) -> list[int]:
        """For each output the bars before the first at which it is known, without gaps."""
        return [length.warmup for length in self.lengths]

    @property
    def settle(self) -> list[float]:
        """For each output the bars until less than 1e-9 of its beginning is left; infinite where never."""
        return [length.settle for length in self.lengths]

    @property
    def state_floats(self) -> int:
        """Floats of state per instrument."""
        resampling = RESAMPLE_STATE * (sum(1 for _ in self.base.walk()) - 1)
        return resampling + sum(step.state for level in self.base.walk() for step in level.steps)


class _Compiler:
    def __init__(self, timeframe: str | None) -> None:
        self.timeframe = timeframe
        self.registers: list[Domain] = []
        self.constants: dict[int, float] = {}
        self.of_node: dict[int, int] = {}
        self.spread: dict[int, int] = {}
        self.runs: dict[tuple[object, ...], Step] = {}
        self.levels = {BASE: Level(BASE, self._fields(BASE))}

    def plan(self, outputs: Sequence[Node], sides: Mapping[str, list[Node]], nodes: list[Node]) -> Plan:
        for node in nodes:
            self._add(node)
        results = tuple(self._over_bars(node) for node in outputs)
        parts = {name: [n for n in reachable(roots) if not n.is_constant] for name, roots in sides.items()}
        watched = sorted({self.of_node[node.id] for below in parts.values() for node in below})
        places = {register: place for place, register in enumerate(watched)}
        return Plan(
            base=self.levels[BASE],
            registers=tuple(self.registers),
            constants=self.constants,
            outputs=results,
            lengths=tuple(lengths(outputs, self.timeframe)),
            watched=tuple(watched),
            sides={
                name: tuple(sorted({places[self.of_node[node.id]] for node in below}))
                for name, below in parts.items()
            },
            digest=_digest(self.timeframe, nodes, outputs, sides),
        )

    def _add(self, node: Node) -> None:
        level = self._level(node.domain)
        if node.is_constant:
            self.of_node[node.id] = self._register(node.domain)
            self.constants[self.of_node[node.id]] = node.value
        elif node.op in level.fields:
            self.of_node[node.id] = level.fields[node.op]
        elif node.op == "hold":
            self._add_hold(node, level)
        else:
            self._add_primitive(node, level)

    def _add_primitive(self, node: Node, level: Level) -> None:
        primitive = PRIMITIVES[node.op]
        take = self._as_it_is if primitive.broadcasts else self._over_bars
        ins = tuple(take(arg) for arg in node.args)
        key = (primitive.kernel, ins, node.params, node.domain)
        if key not in self.runs:
            outs = tuple(self._register(node.domain) for _ in range(primitive.outputs))
            self.runs[key] = Step(primitive.kernel, ins, node.params, primitive.state(node.params), outs)
            level.steps.append(self.runs[key])
        self.of_node[node.id] = self.runs[key].outs[primitive.output]

    def _add_hold(self, node: Node, level: Level) -> None:
        inner = self._level(node.args[0].domain)
        fields = inner.fields
        ins = (self._over_bars(node.args[0]), fields["seen"], fields["counts"], level.fields["close"])
        out = self._register(node.domain)
        level.steps.append(Step("timeframes.hold", ins, (), HOLD_STATE, (out,)))
        self.of_node[node.id] = out

    def _as_it_is(self, node: Node) -> int:
        return self.of_node[node.id]

    def _over_bars(self, node: Node) -> int:
        if not node.is_constant:
            return self.of_node[node.id]
        if node.id not in self.spread:
            level = self._level(node.domain)
            out = self._register(node.domain)
            level.steps.append(Step("elementwise.spread", (level.fields["close"],), (node.value,), 0, (out,)))
            self.spread[node.id] = out
        return self.spread[node.id]

    def _register(self, domain: Domain) -> int:
        self.registers.append(domain)
        return len(self.registers) - 1

    def _fields(self, domain: Domain) -> dict[str, int]:
        return {name: self._register(domain) for name in FIELDS}

    def _level(self, domain: Domain) -> Level:
        if domain not in self.levels:
            parent = self._level(domain[:-1])
            if self.timeframe is None:
                raise EngineError(f"on('{domain[-1]}', ...) needs the timeframe of the bars: name it.")
            own = Timeframe.parse(domain[-1])
            below = Timeframe.parse(domain[-2] if len(domain) > 1 else self.timeframe)
            if not own.is_multiple_of(below):
                raise EngineError(
                    f"{own.name} is no multiple of {below.name}: on('{own.name}', ...) cannot be built."
                )
            level = Level(
                domain,
                self._fields(domain),
                length=own.ms or 0,
                offset=FIRST_MONDAY if own.ms == WEEK else 0,
                bar=below.ms or 0,
            )
            parent.below.append(level)
            self.levels[domain] = level
        return self.levels[domain]


def _digest(
    timeframe: str | None, nodes: list[Node], outputs: Sequence[Node], sides: Mapping[str, list[Node]]
) -> str:
    places = {node.id: place for place, node in enumerate(nodes)}
    lines = [
        repr((node.op, node.domain, node.params, tuple(places[arg.id] for arg in node.args)))
        for node in nodes
    ]
    lines.append(repr([places[node.id] for node in outputs]))
    lines.append(repr([(name, [places[node.id] for node in roots]) for name, roots in sides.items()]))
    return hashlib.sha256("\n".join([repr(timeframe), *lines]).encode()).hexdigest()
