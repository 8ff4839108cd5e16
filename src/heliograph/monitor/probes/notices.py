"""Notices: what waits longer than it should, what failed, and which channels do not take them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from heliograph.monitor.measure import Definition, Measure, Rule, known, measured
from heliograph.monitor.probe import Ground, Probe
from heliograph.notices.models import Channel, Try

LAG = Definition(
    "notices_lag_seconds", "seconds", "since the oldest notice is due that was not sent", Rule(60, 900)
)
WAITING = Definition("notices_waiting", "count", "deliveries that are due")
CHANNELS = Definition("notices_channels", "count", "channels that are in use")
FAILING = Definition(
    "notices_failing_channels_ratio", "ratio", "of the channels in use, that could not be reached", Rule(0, 1)
)
DISABLED = Definition("notices_disabled_channels", "count", "channels that were given up", Rule(0, 3))
TRIES = Definition("notices_tries", "count", "tries to send in the last hour")
FAILED = Definition("notices_failed_ratio", "ratio", "of those, that failed", Rule(0.05, 0.9))
GIVEN_UP = Definition("notices_given_up", "count", "messages given up in the last day", Rule(0, 50))
SENDING = Definition("notices_send_seconds", "seconds", "what the slowest try of the last hour took")
ALL = (LAG, WAITING, CHANNELS, FAILING, DISABLED, TRIES, FAILED, GIVEN_UP, SENDING)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The newest ones, found by their number.
NEWEST = 2_000
# The oldest of what is spread on no channel yet, of the messages that wait to be sent, and of what waits for
# one; how much that is, and what was given up.
WAITS = """
WITH open AS (
    SELECT id FROM notices_channel WHERE enabled AND (rests_until IS NULL OR rests_until <= %(at)s)
)
SELECT (SELECT min(created_at) FROM notices_notice WHERE NOT spread),
       (SELECT min(not_before) FROM notices_sending JOIN open ON open.id = channel_id
        WHERE state = 'pending' AND not_before <= %(at)s),
       min(not_before), count(*),
       (SELECT count(*) FROM notices_sending
        WHERE state = 'failed' AND made_at > %(lately)s AND reason <> 'test')
FROM notices_delivery JOIN open ON open.id = channel_id
WHERE state = 'pending' AND sending_id IS NULL AND not_before <= %(at)s
"""
# Once is no pattern.
FAILS_AFTER = 2


def read(ground: Ground) -> Iterator[Measure]:
    """From the rows of the outbox."""
    at = ground.at
    with connection.cursor() as cursor:
        cursor.execute(WAITS, {"at": at, "lately": at - DAY})
        *oldest, waiting, given_up = cursor.fetchone()
    yield known(LAG, max(((at - since).total_seconds() for since in oldest if since), default=0.0))
    yield known(WAITING, waiting)
    channels = list(Channel.objects.order_by("name").values_list("name", "enabled", "reason", "failures"))
    used = [(name, failures) for name, enabled, _, failures in channels if enabled]
    failing = [name for name, failures in used if failures >= FAILS_AFTER]
    yield known(CHANNELS, len(used))
    yield known(FAILING, len(failing) / len(used) if used else 0, note=", ".join(failing[:3]))
    disabled = [name for name, enabled, reason, _ in channels if not enabled and reason]
    yield known(DISABLED, len(disabled), note=", ".join(disabled[:3]))
    yield from _tries(at)
    yield known(GIVEN_UP, given_up)


def _tries(at: datetime) -> Iterator[Measure]:
    newest = Try.objects.order_by("-pk").values_list("at", "result", "seconds")[:NEWEST]
    recent = [(result, seconds) for moment, result, seconds in newest if at - moment < HOUR]
    failed = sum(result != Try.Result.SENT for result, _ in recent)
    reason = "nothing was sent in the last hour"
    yield known(TRIES, len(recent))
    yield measured(FAILED, failed / len(recent) if recent else None, reason)
    yield measured(SENDING, max((seconds for _, seconds in recent), default=None), reason)


PROBE = Probe("notices", ALL, read, every=60)
