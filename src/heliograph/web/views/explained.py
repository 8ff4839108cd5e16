"""An explanation for a page, or the sentence that says why there is none."""

from datetime import datetime

from heliograph.market.models import Instrument
from heliograph.signals.errors import NotExplainable
from heliograph.signals.explain import explain
from heliograph.signals.models import StrategyVersion
from heliograph.web.numbers import price_decimals
from heliograph.web.tree import why


def explained(
    *,
    version: StrategyVersion,
    instrument: Instrument,
    bar_time: datetime,
    side: str | None = None,
    now: bool = False,
) -> dict[str, object]:
    """`explanation` and `sides` for the template; else `not_explained`, a sentence."""
    try:
        found = explain(version=version, instrument=instrument, bar_time=bar_time, side=side, now=now)
    except NotExplainable as fault:
        return {"not_explained": str(fault)}
    prices = (found.bar.open, found.bar.high, found.bar.low, found.bar.close)
    return {
        "explanation": found,
        "sides": [why(view) for view in found.sides],
        "bar_decimals": price_decimals(prices),
    }
