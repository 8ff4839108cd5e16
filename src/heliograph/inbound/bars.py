"""To which bar an alert belongs, and whether it came in time.

An alert of bar b counts like a signal of ours at its close: it enters at the next open. So it must have come
by then, give or take what it is on its way; who could name earlier bars could make up a past.
"""

from datetime import datetime, timedelta

from heliograph.engine.timeframe import Timeframe
from heliograph.inbound.errors import BadAlert
from heliograph.market.wire import to_datetime, to_ms

GRACE_MS = 60_000
ON_ITS_WAY = timedelta(minutes=5)
AHEAD = timedelta(minutes=1)


def bar_of(frame: Timeframe, *, named: datetime | None, clock: datetime) -> int:
    """The open of the alert's bar in UTC milliseconds; BadAlert where it came too late or names the future.

    `clock` is the time at the venue. Without a `named` bar it is the one that has just closed, or else the
    one that is under way.
    """
    now = to_ms(clock)
    under_way = frame.start(now)
    closed = frame.start(under_way - 1)
    grace = min(GRACE_MS, (under_way - closed) // 2)
    if named is None:
        return closed if now - under_way <= grace else under_way
    bar = frame.start(to_ms(named))
    if bar > under_way:
        raise BadAlert(
            f"The alert names the bar of {_minute(bar)}, which has not begun at {clock:%H:%M:%S} UTC."
        )
    late = now - frame.end(bar)
    if late > grace:
        raise BadAlert(
            f"The bar of {_minute(bar)} closed {_span(late)} before the alert came; it must come within "
            f"{grace // 1000} s, as a signal enters at the next open."
        )
    return bar


def check_on_its_way(fired: datetime | None, *, at: datetime) -> None:
    """BadAlert where an alert was fired long ago, or later than now."""
    if fired is None:
        return
    if at - fired > ON_ITS_WAY:
        raise BadAlert(f"The alert was fired at {fired:%Y-%m-%d %H:%M:%S} UTC, more than 5 minutes ago.")
    if fired - at > AHEAD:
        raise BadAlert(f"The alert was fired at {fired:%Y-%m-%d %H:%M:%S} UTC, which is in the future.")


def _minute(time: int) -> str:
    return f"{to_datetime(time):%Y-%m-%d %H:%M} UTC"


def _span(ms: int) -> str:
    seconds = ms // 1000
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7_200 else f"{seconds // 3_600} h"
