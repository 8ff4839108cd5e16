"""Notices: what waits longer than it should, what failed, and which channels do not take them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Min, Q

from heliograph.monitor.measure import Definition, Measure, Rule, known, measured
from heliograph.monitor.probe import Ground, Probe
from heliograph.notices.models import Channel, Delivery, Notice, Sending, State, Try

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
# Once is no pattern.
FAILS_AFTER = 2


def read(ground: Ground) -> Iterator[Measure]:
    """From the rows of the outbox."""
    at = ground.at
    due = Delivery.objects.filter(
        state=State.PENDING, sending=None, not_before__lte=at, channel__enabled=True
    ).exclude(channel__rests_until__gt=at)
    yield known(LAG, _lag(due, at=at))
    yield known(WAITING, due.count())
    channels = list(Channel.objects.order_by("name").values_list("name", "enabled", "reason", "failures"))
    used = [(name, failures) for name, enabled, _, failures in channels if enabled]
    failing = [name for name, failures in used if failures >= FAILS_AFTER]
    yield known(CHANNELS, len(used))
    yield known(FAILING, len(failing) / len(used) if used else 0, note=", ".join(failing[:3]))
    disabled = [name for name, enabled, reason, _ in channels if not enabled and reason]
    yield known(DISABLED, len(disabled), note=", ".join(disabled[:3]))
    yield from _tries(at)
    given_up = Sending.objects.filter(state=State.FAILED, made_at__gt=at - DAY)
    yield known(GIVEN_UP, given_up.exclude(reason=Sending.Reason.TEST).count())


def _lag(due, *, at: datetime) -> float:
    """What is spread on no channel yet, what waits for a message, and the message that waits to be sent."""
    sendings = Sending.objects.filter(Q(not_before__lte=at), state=State.PENDING, channel__enabled=True)
    sendings = sendings.exclude(channel__rests_until__gt=at)
    oldest = [
        Notice.objects.filter(spread=False).aggregate(since=Min("created_at"))["since"],
        due.aggregate(since=Min(F("not_before")))["since"],
        sendings.aggregate(since=Min("not_before"))["since"],
    ]
    return max(((at - since).total_seconds() for since in oldest if since), default=0.0)


def _tries(at: datetime) -> Iterator[Measure]:
    newest = Try.objects.order_by("-pk").values_list("at", "result", "seconds")[:NEWEST]
    recent = [(result, seconds) for moment, result, seconds in newest if at - moment < HOUR]
    failed = sum(result != Try.Result.SENT for result, _ in recent)
    reason = "nothing was sent in the last hour"
    yield known(TRIES, len(recent))
    yield measured(FAILED, failed / len(recent) if recent else None, reason)
    yield measured(SENDING, max((seconds for _, seconds in recent), default=None), reason)


PROBE = Probe("notices", ALL, read, every=60)
