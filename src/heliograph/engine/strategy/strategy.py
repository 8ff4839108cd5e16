"""A strategy: a checked, frozen value made from a TOML text."""

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from heliograph.engine.graph import Graph
from heliograph.engine.language import canonical
from heliograph.engine.strategy.document import load
from heliograph.engine.strategy.expressions import Expressions
from heliograph.engine.strategy.fields import Fields
from heliograph.engine.strategy.findings import MOST_FINDINGS, Findings
from heliograph.engine.strategy.keys import check_keys
from heliograph.engine.strategy.model import Data, Execution, Filters, Param, Side, Universe
from heliograph.engine.strategy.params import read_params, values_of
from heliograph.engine.strategy.read import Parts, read_description, read_name, read_parts

NOTHING: Mapping[str, str] = {}
NO_VALUES: Mapping[str, float] = {}


@dataclass(frozen=True)
class Strategy:
    """What to watch, when to enter and leave, and how to judge it.

    `values` holds the value of each parameter. `max_age` and `patience` count intervals of the timeframe.
    `text` is the file as it was given, before any key was replaced.
    """

    name: str
    timeframe: str
    universe: Universe = field(default_factory=Universe)
    params: Mapping[str, Param] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    long: Side | None = None
    short: Side | None = None
    execution: Execution = field(default_factory=Execution)
    confidence: str | None = None
    filters: Filters = field(default_factory=Filters)
    data: Data = field(default_factory=Data)
    max_age: int = 2
    patience: int = 2
    alert_only: bool = False
    description: str = ""
    text: str = ""

    @classmethod
    def parse(
        cls,
        text: str | bytes,
        *,
        overrides: Mapping[str, str] = NOTHING,
        params: Mapping[str, float] = NO_VALUES,
    ) -> "Strategy":
        """The strategy of a TOML text; BadStrategy with every mistake at once.

        `overrides` replaces any key by its dotted path, its value read as TOML or else as a text, as in
        {"execution.fill": "close"}; an empty value takes the key away. `params` gives parameters their
        values.
        """
        document = load(text, overrides)
        fields = Fields(document, Findings())
        for finding in itertools.islice(check_keys(document), MOST_FINDINGS):
            fields.findings.add(finding)
        name, parts, declared = read_name(fields), read_parts(fields), read_params(fields)
        values = values_of(declared, params, fields)
        max_age = fields.whole("max_age", least=1, most=1_000_000)
        patience = fields.whole("patience", least=0, most=1_000_000)
        description = read_description(fields)
        _check_expressions(fields, parts, values)
        fields.findings.refuse_if_any()
        return cls(
            name=name,
            timeframe=parts.timeframe or "",
            universe=parts.universe,
            params=declared,
            values=values,
            long=parts.sides.get("long"),
            short=parts.sides.get("short"),
            execution=parts.execution,
            confidence=parts.confidence,
            filters=parts.filters,
            data=parts.data,
            max_age=2 if max_age is None else max_age,
            patience=2 if patience is None else patience,
            alert_only=parts.alert_only,
            description=description,
            text=document.text,
        )

    @property
    def sides(self) -> dict[str, Side]:
        """The sides that it has, by name."""
        return {name: side for name, side in (("long", self.long), ("short", self.short)) if side is not None}

    @property
    def digest(self) -> str:
        """SHA-256 in hex of all that the strategy says; comments, layout and its description do not count."""
        said = self.plain()
        del said["description"]
        # Texts that were stored before there was such a table keep their digest.
        if self.data == Data():
            del said["data"]
        for name, side in self.sides.items():
            said[name] = _canonical_side(side)
        said["confidence"] = _canonical(self.confidence)
        words = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(words.encode()).hexdigest()

    def plain(self) -> dict[str, object]:
        """The strategy as plain values, ready for JSON; its text is left out."""
        values = asdict(self)
        del values["text"]
        return values


def _check_expressions(fields: Fields, parts: Parts, values: Mapping[str, float]) -> None:
    expressions = Expressions(fields, values, parts.timeframe, Graph(), [])
    for name, side in parts.sides.items():
        expressions.side(name, side)
    expressions.confidence(parts.confidence)
    expressions.check_state()


def _canonical(text: str | None) -> str | None:
    return None if text is None else canonical(text)


def _canonical_side(side: Side) -> dict[str, object]:
    return {
        **asdict(side),
        "enter": canonical(side.enter),
        "exit": _canonical(side.exit),
        "stop": _canonical(side.stop),
        "targets": [canonical(target) for target in side.targets],
    }
