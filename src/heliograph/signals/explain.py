"""Why a signal fired, or why none did: any instrument at any bar, re-evaluated."""

from datetime import datetime

from heliograph.market.models import Instrument
from heliograph.signals.explanation import Explanation
from heliograph.signals.models import StrategyVersion


def explain(
    *,
    version: StrategyVersion,
    instrument: Instrument,
    bar_time: datetime,
    side: str | None = None,
    now: bool = False,
) -> Explanation:
    """Every clause of the version's expressions at the bar that opened at `bar_time`, and what came of it.

    With candles as they were known when the bar was evaluated, or with today's where `now`. `side` leaves out
    the other side. NotExplainable (one sentence) where there is no such bar.
    """
    raise NotImplementedError
