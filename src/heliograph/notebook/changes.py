"""Other values for parameters and keys, as Python writes them."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from heliograph.errors import UserError

Setting: TypeAlias = str | float | bool | Sequence[str] | Sequence[float]


class BadChange(UserError):
    """A value is not of the kind that is needed."""


def as_numbers(params: Mapping[str, float] | None) -> dict[str, float]:
    """The values of parameters; BadChange for one that is no finite number."""
    for name, value in (params or {}).items():
        if isinstance(value, bool | str) or not hasattr(value, "__float__") or not math.isfinite(value):
            raise BadChange(f"The parameter {name} must be a number, not {value!r}.")
    return {name: float(value) for name, value in (params or {}).items()}


def as_toml(overrides: Mapping[str, Setting] | None) -> dict[str, str]:
    """The values of keys as a strategy file would have them: a text is taken as it is."""
    # Lists, numbers and truth values are written the same in JSON and in TOML.
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in (overrides or {}).items()
    }
