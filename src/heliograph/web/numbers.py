"""Numbers on pages: those of the kit, and a price cut where its leading zeros end."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from heliograph.kit.numbers import DASH, MINUS, MOST_DECIMALS, count, fixed, price_decimals, signed

__all__ = [
    "DASH",
    "MINUS",
    "PriceText",
    "count",
    "decimals_of_size",
    "fixed",
    "price_decimals",
    "price_text",
    "signed",
]


def decimals_of_size(values: Iterable[float]) -> int:
    """The decimals that show four significant digits of the largest value, for numbers that are no prices."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if not largest:
        return 2
    return min(max(0, 3 - math.floor(math.log10(largest))), MOST_DECIMALS)


@dataclass(frozen=True, slots=True)
class PriceText:
    """A price cut where its leading zeros end: `0.00000` and `797`."""

    zeros: str
    digits: str


def price_text(value: float | None, decimals: int) -> PriceText:
    """Only prices under a cent have their zeros set apart."""
    text = fixed(value, decimals)
    if value is None or not 0 < abs(value) < 0.01:
        return PriceText("", text)
    start = next((place for place, digit in enumerate(text) if digit in "123456789"), len(text))
    return PriceText(text[:start], text[start:])
