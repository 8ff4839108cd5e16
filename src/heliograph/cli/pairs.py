"""Reads `name=value` from the command line."""

import math
from collections.abc import Sequence

from heliograph.errors import UserError


def pairs(words: Sequence[str] | None, *, option: str) -> dict[str, str]:
    """The names and values of `name=value` words; UserError for one that is not."""
    found: dict[str, str] = {}
    for word in words or ():
        name, sign, value = word.partition("=")
        if not (sign and name.strip() and value.strip()):
            raise UserError(f"{option} takes name=value, such as `fast=12`, not `{word}`.")
        if name.strip() in found:
            raise UserError(f"{option} gives `{name.strip()}` twice.")
        found[name.strip()] = value.strip()
    return found


def numbers(words: Sequence[str] | None, *, option: str) -> dict[str, float]:
    """The same where each value must be a number."""
    return {name: _number(name, value, option) for name, value in pairs(words, option=option).items()}


def _number(name: str, value: str, option: str) -> float:
    try:
        read = float(value)
    except ValueError:
        read = math.nan
    if not math.isfinite(read):
        raise UserError(f"{option} {name} must be a number, not `{value}`.")
    return read
