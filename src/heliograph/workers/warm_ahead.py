"""Before bars close, what they will need is brought into the memory of the node that will advance them."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from heliograph.fleet.placement.place import place
from heliograph.fleet.placement.strategies import find_strategy
from heliograph.market.models import Venue
from heliograph.signals.models import Progress, StrategyVersion
from heliograph.signals.warming import warm_shards
from heliograph.workers.queues import PLACED, queue_of
from heliograph.workers.ring import send
from heliograph.workers.schedule import WARM_AHEAD_MS, Close
from heliograph.workers.shards import shard_key

# A ring may be late by this much; and later than its close nobody needs what it asks for.
SLACK = timedelta(seconds=5)
AHEAD = timedelta(milliseconds=WARM_AHEAD_MS)
log = logging.getLogger(__name__)


def send_warming(*, at: datetime) -> int:
    """Tell each node which shards it will advance at a close that is near; returns how many shards.

    They are placed now as they would be at the close. Where work is placed anew each time nobody keeps a
    state, and nobody is told.
    """
    if not find_strategy(settings.HELIOGRAPH_PLACEMENT).sticky:
        return 0
    by_key = {shard_key(one): one for one in _about_to_close(at=at)}
    nodes = place(list(by_key), concern=PLACED, strategy=settings.HELIOGRAPH_PLACEMENT, at=at)
    by_node: dict[str, list[int]] = {}
    for key, node in nodes.items():
        if node:
            by_node.setdefault(node, []).append(by_key[key])
    seconds = int((AHEAD + SLACK).total_seconds())
    for node, shards in by_node.items():
        send("warm_shards", queue=queue_of(node), arguments=[shards], expires=seconds)
    return sum(map(len, by_node.values()))


def warm(progress_ids: Sequence[int]) -> int:
    """Bring the states of these shards into memory. One that cannot be made is left to its step to say so."""
    return warm_shards(progress_ids, on_error=_leave)


def _about_to_close(*, at: datetime) -> Iterator[int]:
    """The shards of running versions on exchanges whose next bar closes soon."""
    rows = Progress.objects.filter(
        version__stage__in=StrategyVersion.RUNNING, venue__kind=Venue.Kind.EXCHANGE
    ).order_by("pk")
    near: dict[tuple[str, str], bool] = {}
    for shard, *series in rows.values_list("pk", "version__timeframe", "venue__calendar"):
        timeframe, calendar = series
        if (timeframe, calendar) not in near:
            close = Close(timeframe, calendar, later_ms=0).next(at)
            near[timeframe, calendar] = close - at <= AHEAD + SLACK
        if near[timeframe, calendar]:
            yield shard


def _leave(progress_id: int, fault: Exception) -> None:
    log.warning("%s was not warmed: %s", shard_key(progress_id), fault, exc_info=fault)
