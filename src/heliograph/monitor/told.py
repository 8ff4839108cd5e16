"""Health as programs and people are told of it: plain values, worst first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from heliograph.monitor.measure import Measure
from heliograph.monitor.score import Health, Part, Reading


@dataclass(frozen=True, slots=True)
class ToldMeasure:
    """One measure. `state` is empty where nothing judges it; `value` is None for a `reason`."""

    name: str
    labels: dict[str, str]
    unit: str
    says: str
    value: float | None
    state: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class ToldUnknown:
    """A measure that is unknown, and why."""

    part: str
    measure: str
    labels: dict[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A part. `why`: what of it is not green, in words."""

    name: str
    score: float | None
    state: str
    weight: float
    why: list[str]
    measures: list[ToldMeasure]


@dataclass(frozen=True, slots=True)
class ToldHealth:
    """The whole, as it was measured `at`. `capped_by`: in words, the gates that keep the score down."""

    at: datetime
    score: float | None
    state: str
    weakest: str | None
    capped_by: list[str]
    unknown: list[ToldUnknown]
    parts: list[ToldPart]


def told(health: Health, *, at: datetime, notes: bool) -> ToldHealth:
    """Notes may name what is not for everybody's eyes, such as strategies and channels."""
    return ToldHealth(
        at=at,
        score=_rounded(health.score),
        state=health.state,
        weakest=health.weakest.name if health.weakest else None,
        capped_by=[_words(one, notes=notes) for one in health.capped_by],
        unknown=[
            ToldUnknown(one.definition.part, one.name, dict(one.labels), one.reason) for one in health.unknown
        ],
        parts=[_part(part, notes=notes) for part in health.parts],
    )


def _part(part: Part, *, notes: bool) -> ToldPart:
    judged = [_measure(one.measure, one.state, notes=notes) for one in part.readings]
    return ToldPart(
        name=part.name,
        score=_rounded(part.score),
        state=part.state,
        weight=part.weight,
        why=[_words(one, notes=notes) for one in part.readings if one.state in ("red", "amber")],
        measures=judged + [_measure(one, "", notes=notes) for one in _by_name(part.others)],
    )


def _measure(measure: Measure, state: str, *, notes: bool) -> ToldMeasure:
    return ToldMeasure(
        name=measure.name,
        labels=dict(measure.labels),
        unit=measure.definition.unit,
        says=measure.definition.says,
        value=measure.value,
        state=state,
        reason=measure.reason,
        note=measure.note if notes else "",
    )


def _words(reading: Reading, *, notes: bool) -> str:
    measure, rule = reading.measure, reading.measure.definition.rule
    assert rule is not None
    of = "".join(f" {value}" for value in measure.labels.values() if value)
    if measure.value is None:
        return f"{measure.name}{of} is unknown: {measure.reason}"
    side = "from" if rule.red > rule.amber else "down to"
    note = f" ({measure.note})" if notes and measure.note else ""
    return f"{measure.name}{of} is {measure.value:.4g}, red {side} {rule.red:g}{note}"


def _by_name(measures: Iterable[Measure]) -> list[Measure]:
    return sorted(measures, key=lambda one: one.key)


def _rounded(score: float | None) -> float | None:
    """To a tenth: nobody acts on less."""
    return None if score is None else round(score, 1)
