"""What was measured: a name, a number or why there is none, and whose it is."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# By the conventions of Prometheus: base units, the unit last, counters end in `_total`.
Unit = Literal["seconds", "bytes", "ratio", "count", "total"]
SUFFIXED = ("seconds", "bytes", "ratio", "total")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
LONGEST_LABEL = 64
# So begins why a value is unknown where all could be seen, and there was nothing to measure.
NOTHING = "nothing to measure: "


@dataclass(frozen=True, slots=True)
class Rule:
    """From where on a value is amber, and red; where `red` is the smaller one, less is worse.

    While a gate is red, the health of all has a cap.
    """

    amber: float
    red: float
    gate: bool = False

    def __post_init__(self) -> None:
        if self.amber == self.red:
            raise ValueError("amber and red begin at the same value")

    def goodness(self, value: float) -> float:
        """1 where it is green, 0 where it is red, and straight between them."""
        return min(max((self.red - value) / (self.red - self.amber), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a measure means. Without a rule it is kept and shown, and judges nothing.

    `labels` tell several of one name apart; each has few values, known or bounded by what is set up.
    """

    name: str
    unit: Unit
    says: str
    rule: Rule | None = None
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        suffix = self.name.rpartition("_")[2]
        if not NAME.fullmatch(self.name) or (suffix if suffix in SUFFIXED else "count") != self.unit:
            raise ValueError(f"{self.name} does not end in its unit, {self.unit}")

    @property
    def part(self) -> str:
        """The part of the whole that it is of: the first word of its name."""
        return self.name.partition("_")[0]


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a definition; None is unknown, for the `reason`. `note`: what people should know of it."""

    definition: Definition
    value: float | None
    labels: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if tuple(sorted(self.labels)) != tuple(sorted(self.definition.labels)):
            raise ValueError(f"{self.definition.name} has other labels than {', '.join(self.labels)}")
        if (self.value is None) != bool(self.reason):
            raise ValueError(f"{self.definition.name} is either a value or unknown for a reason")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.definition.name} is {self.value}, which is no measurement")

    @property
    def name(self) -> str:
        """The name of its definition."""
        return self.definition.name

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others: its name, and its labels in one order."""
        return self.name, key_of(self.labels)

    @property
    def is_idle(self) -> bool:
        """True if it is unknown since there was nothing to measure."""
        return self.reason.startswith(NOTHING)


def key_of(labels: Mapping[str, str]) -> str:
    """The labels as one text, in one order."""
    return ",".join(f"{name}={labels[name]}" for name in sorted(labels))


def known(definition: Definition, value: float, /, *, note: str = "", **labels: str) -> Measure:
    """A measured value."""
    return Measure(definition, float(value), _short(labels), note=note)


def unknown(definition: Definition, reason: str, /, **labels: str) -> Measure:
    """A value that could not be measured."""
    return Measure(definition, None, _short(labels), reason=reason)


def idle(definition: Definition, reason: str, /, **labels: str) -> Measure:
    """A value that is unknown as there is nothing to measure, for that reason."""
    return unknown(definition, NOTHING + reason, **labels)


def measured_or_idle(definition: Definition, value: float | None, reason: str, /, **labels: str) -> Measure:
    """A value, or for None one that is unknown as there is nothing to measure."""
    return idle(definition, reason, **labels) if value is None else known(definition, value, **labels)


def measured(definition: Definition, value: float | None, reason: str, /, **labels: str) -> Measure:
    """A value, or for None unknown for that reason."""
    return unknown(definition, reason, **labels) if value is None else known(definition, value, **labels)


def _short(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value[:LONGEST_LABEL] for name, value in labels.items()}
