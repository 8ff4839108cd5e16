"""Follows revised outcomes that run on to their ends.

A correction may find that what has ended would still run with today's candles; how it ends then, only later
bars tell.
"""

from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import F

from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.compiled import compiled
from heliograph.signals.errors import CandlesDropped
from heliograph.signals.models import Progress, RunningRevision
from heliograph.signals.rebuild import rebuild
from heliograph.signals.revisions import Affected, revisions, store_revisions
from heliograph.signals.stand import Stand

# Each is lived again from its signal on. What is left comes with the next call, the longest unseen first.
AT_ONCE = 200


def follow_revisions(*, at: datetime) -> int:
    """Lives them again over the bars that were evaluated since; returns how many went on or ended."""
    rows = RunningRevision.objects.select_related("signal__version__strategy")
    oldest_first = rows.order_by(F("lived_until").asc(nulls_first=True), "pk")
    return sum(_follow(one, at=at) for one in oldest_first[:AT_ONCE])


@transaction.atomic
def _follow(running: RunningRevision, *, at: datetime) -> int:
    signal = running.signal
    shards = Progress.objects.filter(version=signal.version, instruments__contains=[signal.instrument_id])
    # No step or correction of the shard comes in between.
    stand = Stand.of(shards.select_for_update(no_key=True).get())
    row = int(np.flatnonzero(stand.instruments == signal.instrument_id)[0])
    reached = int(stand.watermarks[row])
    still = RunningRevision.objects.filter(pk=running.pk)
    if not still.exists() or (running.lived_until and to_ms(running.lived_until) >= reached):
        return 0
    made = compiled(signal.version)
    affected = Affected.one(signal, made)
    try:
        found = revisions(affected, rebuild(stand, row, made, since=affected.since), made, at=at)
    except CandlesDropped:
        found = []
    newest = signal.revisions.order_by("-pk").first()
    for one in found:
        one.cause = newest.cause if newest else one.cause
    store_revisions(found)
    still.update(lived_until=to_datetime(reached))
    return len(found)
