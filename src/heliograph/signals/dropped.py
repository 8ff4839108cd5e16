"""What retention took away: where nothing can be replayed any more."""

from datetime import datetime

import numpy as np

from heliograph.engine.bars import Times
from heliograph.market.wire import to_ms
from heliograph.signals.errors import CandlesDropped
from heliograph.signals.models import Progress
from heliograph.signals.stand import Stand


def refuse_dropped(stand: Stand, reached: Times, *, row: int | None = None) -> Times:
    """`reached` (ms), or CandlesDropped if a replay from there would go over bars that are gone.

    Of all rows that have to be replayed, or of `row` alone.
    """
    until = Progress.objects.filter(pk=stand.progress_id).values_list("dropped_until", flat=True).first()
    if until is not None:
        asked = reached < stand.watermarks if row is None else np.arange(len(stand)) == row
        if (asked & lacks(reached, stand.origins, until=until)).any():
            raise CandlesDropped(until)
    return reached


def lacks(reached: Times, origins: Times, *, until: datetime) -> "np.ndarray":
    """Where bars behind `reached` (ms), from the origin on, were taken away."""
    return (reached < to_ms(until)) & (origins <= to_ms(until))
