"""Numbers as people read them: one count of decimals per column, U+2212 as minus, a dash for unknown."""

import math
from collections.abc import Iterable

DASH = "–"
MINUS = "−"
SIGNIFICANT = 6
MOST_DECIMALS = 12


def fixed(value: float | None, decimals: int) -> str:
    """`61,570.00`; a dash for None, NaN and infinity. What rounds to zero has no minus."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:z,.{decimals}f}".replace("-", MINUS)


def signed(value: float | None, decimals: int) -> str:
    """`+0.44` or `−0.66`; what rounds to zero has no sign."""
    text = fixed(value, decimals)
    if text == DASH:
        return DASH
    if not text.strip(MINUS + "0.,"):
        return text.strip(MINUS)
    return text if text.startswith(MINUS) else f"+{text}"


def count(value: int | None) -> str:
    """A whole number; zero is `0`, only unknown is a dash."""
    return DASH if value is None else f"{value:,}"


def price_decimals(prices: Iterable[float]) -> int:
    """The decimals for one instrument's prices: those that its own prices use, up to six significant digits.

    Whole prices have two; sub-cent prices keep theirs.
    """
    known = [abs(price) for price in prices if price and math.isfinite(price)]
    if not known:
        return 2
    written = max(_written_decimals(price) for price in known)
    room = SIGNIFICANT - 1 - math.floor(math.log10(max(known)))
    return min(max(2, min(written, room)), MOST_DECIMALS)


def _written_decimals(price: float) -> int:
    mantissa, _, exponent = repr(price).partition("e")
    decimals = len(mantissa.partition(".")[2].rstrip("0"))
    return max(0, decimals - int(exponent or 0))
