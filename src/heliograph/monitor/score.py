"""Health: a number from 0 to 100 of all that was measured, which says what is weakest and what is unknown.

Gates come first: while one is red, no average can hide it. Then the weighted geometric mean of the parts that
are known, each as good as its worst measure. What is unknown never counts as good.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from heliograph.monitor.measure import Measure

State = Literal["green", "amber", "red", "unknown"]
WORST_FIRST: tuple[State, ...] = ("red", "amber", "green")
WEIGHTS: Mapping[str, float] = {
    "database": 3,
    "generation": 3,
    "market": 3,
    "invariants": 3,
    "queues": 2,
    "workers": 2,
    "timetable": 2,
    "outcomes": 2,
    "notices": 2,
    "host": 2,
    "redis": 1,
    "cache": 1,
    "heartbeat": 1,
    "web": 1,
    "backup": 1,
}
# The most that the whole may have while a gate is red, and while one cannot be read.
RED_GATE, UNKNOWN_GATE = 25.0, 75.0
# A part that is at its end counts so much: a mean with a zero would say nothing of all others.
LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure as its rule judges it; `goodness` is 0..1, None where it is unknown."""

    measure: Measure
    state: State
    goodness: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part, with its score of 0 to 100 (None: unknown) and its readings, worst first."""

    name: str
    state: State
    score: float | None
    weight: float
    readings: tuple[Reading, ...]
    others: tuple[Measure, ...]

    @property
    def unknown(self) -> tuple[Measure, ...]:
        """What of it could not be measured."""
        judged = [one.measure for one in self.readings if one.goodness is None]
        return (*judged, *(one for one in self.others if one.value is None))


@dataclass(frozen=True, slots=True)
class Health:
    """The whole. `capped_by`: gates that keep the score down; `weakest` is None where nothing is known."""

    score: float | None
    state: State
    weakest: Part | None
    capped_by: tuple[Reading, ...]
    parts: tuple[Part, ...]

    @property
    def unknown(self) -> list[Measure]:
        """All that could not be measured."""
        return [measure for part in self.parts for measure in part.unknown]


def health_of(measures: Iterable[Measure], *, weights: Mapping[str, float] = WEIGHTS) -> Health:
    """The health of what was measured; no two measures have one key."""
    by_part: dict[str, list[Measure]] = defaultdict(list)
    for measure in measures:
        by_part[measure.definition.part].append(measure)
    parts = sorted((_part(name, found, weights) for name, found in by_part.items()), key=_rank)
    mean = _mean(parts)
    gates = [one for part in parts for one in part.readings if _caps(one)]
    caps = [RED_GATE if one.state == "red" else UNKNOWN_GATE for one in gates]
    score = None if mean is None else min([mean, *caps])
    capped_by = tuple(one for one, cap in zip(gates, caps, strict=True) if score == cap)
    weakest = next((part for part in parts if part.score is not None), None)
    return Health(score, _state(parts, gates), weakest, capped_by, tuple(parts))


def _state(parts: Sequence[Part], gates: Sequence[Reading]) -> State:
    """The worst of the known parts; while a gate cannot be read, nothing is known to be green."""
    states = {part.state for part in parts if part.score is not None}
    worst = next((one for one in WORST_FIRST if one in states), "unknown")
    return "amber" if worst == "green" and gates else worst


def _caps(reading: Reading) -> bool:
    rule = reading.measure.definition.rule
    return rule is not None and rule.gate and reading.state in ("red", "unknown")


def _part(name: str, measures: Sequence[Measure], weights: Mapping[str, float]) -> Part:
    readings = sorted((_reading(one) for one in measures if one.definition.rule), key=_badness)
    goodness = [one.goodness for one in readings if one.goodness is not None]
    others = tuple(one for one in measures if not one.definition.rule)
    if not goodness:
        return Part(name, "unknown", None, weights.get(name, 1.0), tuple(readings), others)
    states = [one.state for one in readings if one.goodness is not None]
    state = next(one for one in WORST_FIRST if one in states)
    return Part(name, state, 100 * min(goodness), weights.get(name, 1.0), tuple(readings), others)


def _reading(measure: Measure) -> Reading:
    rule = measure.definition.rule
    assert rule is not None
    if measure.value is None:
        return Reading(measure, "unknown", None)
    goodness = rule.goodness(measure.value)
    state: State = "green" if goodness == 1 else "red" if goodness == 0 else "amber"
    return Reading(measure, state, goodness)


def _mean(parts: Iterable[Part]) -> float | None:
    scored = [(part.weight, max(part.score / 100, LEAST)) for part in parts if part.score is not None]
    whole = sum(weight for weight, _ in scored)
    if not whole:
        return None
    return 100 * math.exp(sum(weight * math.log(goodness) for weight, goodness in scored) / whole)


def _rank(part: Part) -> tuple[bool, float, float, str]:
    """Worst first, among equals the heaviest; what is unknown last."""
    return part.score is None, part.score or 0.0, -part.weight, part.name


def _badness(reading: Reading) -> tuple[bool, float, tuple[str, str]]:
    return reading.goodness is None, reading.goodness or 0.0, reading.measure.key
