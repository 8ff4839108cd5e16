"""Keeps what analytics rest on: regimes of signals, sums, and what rejected ones would have come to."""

from collections.abc import Callable
from datetime import datetime

from heliograph.reports.find_regimes import find_regimes
from heliograph.reports.live_rejected import live_rejected
from heliograph.reports.sums import fold

# Pieces of regimes in one call: after a long history was imported, others have to wait for them no longer.
PIECES = 5


def keep_sums(*, at: datetime, stop: Callable[[], bool] = lambda: False) -> None:
    """Look at what is new; of rejected signals as long as `stop` does not say that others wait."""
    find_regimes(pieces=PIECES)
    fold()
    live_rejected(at=at, stop=stop)
