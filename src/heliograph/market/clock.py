"""What time it is at a venue."""

from datetime import datetime

from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Replay, Venue
from heliograph.market.wire import to_datetime, to_ms


def venue_clock(venue: Venue, *, at: datetime) -> datetime:
    """`at`, or for a replay the end of its last played bar, so that freshness means the same there."""
    replay = Replay.objects.filter(venue=venue).first()
    return replay_clock(replay) if replay else at


def replay_clock(replay: Replay) -> datetime:
    """The end of the last bar that was played."""
    return to_datetime(Timeframe.parse(replay.timeframe).end(to_ms(replay.position)))
