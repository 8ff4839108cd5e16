"""The form that takes a version live: its share of the universe, and the gates that it must not break."""

import math
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from heliograph.signals.models import Rollout
from heliograph.signals.rollouts import Limits

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Field:
    """One number that is asked for; `value` is as written, `fault` what is wrong with it."""

    name: str
    label: str
    least: float
    most: float
    value: str
    whole: bool = False
    fault: str = ""

    @property
    def is_number(self) -> bool:
        """True if what is written can be used."""
        return not self.fault


SHARE = ("share", "Percent of the instruments", 1, WHOLE, True)
GATES = (
    ("min_settled", "Settled signals to judge by, at least", 2, 100_000, True),
    ("max_drop_r", "How much worse the mean R may surely be", 0, 100, False),
    ("max_rejected_pct", "Percent of candidates that may be rejected", 0, 100, False),
    ("max_rate", "Times the signals that it gave before", 0, 1_000, False),
)
NEEDED = {"share", "min_settled"}


@dataclass(frozen=True, slots=True)
class RolloutForm:
    """The fields in their order, the share first."""

    share: Field
    gates: tuple[Field, ...]

    @classmethod
    def of(cls, rollout: Rollout | None) -> "RolloutForm":
        """As things are: the share and gates of the running rollout, else the whole and the defaults."""
        limits: dict[str, Any] = rollout.gates if rollout else Limits().plain()
        share = rollout.share if rollout else WHOLE
        gates = (Field(*_plain(row), _written(limits.get(row[0])), whole=row[4]) for row in GATES)
        return cls(Field(*_plain(SHARE), str(share), whole=True), tuple(gates))

    @classmethod
    def sent(cls, given: QueryDict) -> "RolloutForm":
        """What was sent, each field with what is wrong with it."""
        return cls(_read(SHARE, given), tuple(_read(row, given) for row in GATES))

    @property
    def is_right(self) -> bool:
        """True if every field can be used."""
        return all(field.is_number for field in (self.share, *self.gates))

    def limits(self) -> Limits:
        """The gates; one that is empty is not asked for."""
        numbers = {field.name: _number(field.value) for field in self.gates}
        return Limits(**numbers | {"min_settled": int(numbers["min_settled"] or 0)})  # type: ignore[arg-type]


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[:4]


def _read(row: tuple[Any, ...], given: QueryDict) -> Field:
    name, _, least, most, whole = row
    value = given.get(name, "").strip()[:40]
    number = _number(value)
    fault = ""
    if number is None and (value or name in NEEDED):
        fault = f"write a number from {least:g} to {most:,g}"
    elif number is not None and not (least <= number <= most and (not whole or number.is_integer())):
        fault = f"must be a {'whole number' if whole else 'number'} from {least:g} to {most:,g}"
    return Field(*_plain(row), value, whole=whole, fault=fault)


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
