"""What time it is at a venue."""

from datetime import datetime

from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Replay
from heliograph.market.wire import to_datetime, to_ms


def venue_clock(venue_id: int, *, at: datetime) -> datetime:
    """The end of a replay's last bar; elsewhere `at`."""
    replay = Replay.objects.filter(venue_id=venue_id).first()
    if replay is None:
        return at
    return to_datetime(Timeframe.parse(replay.timeframe).end(to_ms(replay.position)))
