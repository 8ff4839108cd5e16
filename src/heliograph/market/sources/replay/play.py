"""Playing the bars of replays that are due."""

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from heliograph.market.models import Batch, Replay, Venue
from heliograph.market.sources.replay.samples import find_sample, read_sample
from heliograph.market.sources.replay.venue import store_bars
from heliograph.market.wire import to_datetime, to_ms

# A pause longer than this is not made up for: a replay goes on where it stopped, at its own pace.
LONGEST_CATCH_UP = timedelta(seconds=3)
# The timetable rings a little early or late; a bar that is due within this part of its time is played now.
EARLY = 0.25


def play_due(*, at: datetime) -> int:
    """Play the bars that are due in every replay that is not at its end; returns how many."""
    running = Replay.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True)
    return sum(play(pk, at=at) for pk in running)


@transaction.atomic
def play(pk: int, *, at: datetime) -> int:
    """Play what is due in one replay; nothing if another process is at it. Returns the number of bars."""
    replay = (
        Replay.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("venue")
        .filter(pk=pk, finished_at=None)
        .first()
    )
    due = _due(replay, at=at) if replay else 0
    if not replay or not due:
        return 0
    time = read_sample(find_sample(replay.sample)).bars.time
    start = int(np.searchsorted(time, to_ms(replay.position), side="right"))
    stop = min(start + due, len(time))
    if stop > start:
        store_bars(replay, start, stop, at=at)
        replay.position = to_datetime(int(time[stop - 1]))
    replay.played_at = _played_at(replay, due, at=at)
    replay.finished_at = at if stop == len(time) else None
    replay.save(update_fields=["position", "played_at", "finished_at"])
    if replay.finished_at:
        Batch.objects.filter(venue=replay.venue, kind=Venue.Kind.REPLAY).update(finished_at=at)
    return stop - start


def _due(replay: Replay, *, at: datetime) -> int:
    if replay.played_at is None or at - replay.played_at > LONGEST_CATCH_UP:
        return 1
    return int((at - replay.played_at).total_seconds() / replay.seconds_per_bar + EARLY)


def _played_at(replay: Replay, bars: int, *, at: datetime) -> datetime:
    if replay.played_at is None or at - replay.played_at > LONGEST_CATCH_UP:
        return at
    return replay.played_at + timedelta(seconds=bars * replay.seconds_per_bar)
