"""Brings back what was dropped of a timeframe."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from heliograph.errors import Conflict
from heliograph.market.models import Dropped
from heliograph.market.restore_month import restore
from heliograph.workers.retention.candles import folder
from heliograph.workers.retention.chosen import chosen

FREE = """
UPDATE signals_progress AS p SET dropped_until = NULL
FROM signals_strategyversion AS v WHERE v.id = p.version_id AND v.timeframe = %s
"""


def bring_back(timeframe: str, *, at: datetime, say: Callable[[int, int], None]) -> int:
    """Store all that was dropped of a timeframe, newest first; returns how many bars came back.

    Conflict while the setting would drop it again. Interrupted, it goes on where it was.
    """
    if timeframe in chosen().candles:
        raise Conflict(f"HELIOGRAPH_RETENTION would drop it again: take candles.{timeframe} out of it first.")
    waiting = list(
        Dropped.objects.filter(timeframe=timeframe, restored_at=None).order_by("-last_open", "-pk")
    )
    bars = 0
    for number, one in enumerate(waiting):
        bars += restore(one, folder=folder(), at=at)
        say(number + 1, len(waiting))
    with connection.cursor() as cursor:
        cursor.execute(FREE, [timeframe])
    return bars
