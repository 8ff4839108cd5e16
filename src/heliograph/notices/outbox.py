"""The rows of what is sent: channels taken under a lease, sendings taken for a try and marked after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from heliograph.notices.channels.kind import SEND_SECONDS
from heliograph.notices.forming import form, message_of, notices_of, postpone_if_quiet
from heliograph.notices.message import Message
from heliograph.notices.models import Channel, Delivery, Notice, Sending, State, Try

# Longer than any sending may take, so that nothing is sent twice at once.
LEASE_SECONDS = SEND_SECONDS + 5

# Leases are judged by the database's clock: it is the only one that all machines share.
DUE = """
SELECT channel.id FROM notices_channel AS channel
WHERE channel.enabled
  AND NOT EXISTS (SELECT FROM notices_quarantine WHERE ended_at IS NULL)
  AND (channel.leased_until IS NULL OR channel.leased_until < clock_timestamp())
  AND (channel.rests_until IS NULL OR channel.rests_until <= %(at)s)
  AND NOT channel.id = ANY(%(but)s)
  AND (EXISTS (
    SELECT FROM notices_delivery AS delivery
    WHERE delivery.channel_id = channel.id AND delivery.state = 'pending' AND delivery.sending_id IS NULL
      AND delivery.not_before <= %(at)s)
   OR EXISTS (
    SELECT FROM notices_sending AS sending
    WHERE sending.channel_id = channel.id AND sending.state = 'pending' AND sending.not_before <= %(at)s))
ORDER BY channel.id
"""
TAKE_CHANNEL = f"""
UPDATE notices_channel
SET leased_until = clock_timestamp() + interval '{LEASE_SECONDS} s', epoch = epoch + 1
WHERE id = %(id)s AND enabled AND (leased_until IS NULL OR leased_until < clock_timestamp())
RETURNING epoch
"""
KEEP_CHANNEL = f"""
UPDATE notices_channel SET leased_until = clock_timestamp() + interval '{LEASE_SECONDS} s'
WHERE id = %(id)s AND epoch = %(epoch)s AND enabled
  AND NOT EXISTS (SELECT FROM notices_quarantine WHERE ended_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A channel that this process serves for the time being."""

    channel: Channel
    epoch: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A sending that is about to be tried, for the `tries`th time."""

    id: int
    epoch: int
    tries: int
    message: Message


def due_channels(*, at: datetime, but: Sequence[int] = ()) -> list[int]:
    """The channels for which something is due and which nobody serves, but those named."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"at": at, "but": list(but)})
        return [row[0] for row in cursor.fetchall()]


def hold_channel(channel_id: int) -> Held | None:
    """Take a channel for this process; None if another serves it."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_CHANNEL, {"id": channel_id})
        found = cursor.fetchone()
    return Held(Channel.objects.get(pk=channel_id), found[0]) if found else None


def release_channel(held: Held, **changes: object) -> None:
    """Give the channel back, if it is still ours."""
    Channel.objects.filter(pk=held.channel.pk, epoch=held.epoch).update(leased_until=None, **changes)


def take(held: Held, *, at: datetime, site: str = "") -> Taken | None:
    """The next sending of the channel: one that waits for another try, or a new one of what is due.

    None if there is none, or the channel is ours no more.
    """
    # In one transaction: while the channel's row is locked nobody else can take it.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(KEEP_CHANNEL, {"id": held.channel.pk, "epoch": held.epoch})
            if cursor.rowcount != 1:
                return None
        found = _again(held.channel, at=at) or form(held.channel, at=at)
        if found is None:
            return None
        sending, notices = found
        return Taken(sending.pk, sending.epoch, sending.tries, message_of(sending, notices, site=site))


def mark(taken: Taken, attempt: Try | None, **changes: object) -> bool:
    """Write what came of a try; False if another has taken the sending meanwhile.

    Its deliveries end with it.
    """
    own = Sending.objects.filter(pk=taken.id, epoch=taken.epoch, state=State.PENDING)
    with transaction.atomic():
        if own.update(**changes) != 1:
            return False
        if attempt is not None:
            attempt.sending_id = taken.id
            attempt.save()
        if "state" in changes:
            Delivery.objects.filter(sending=taken.id).update(state=changes["state"])
        return True


def _again(channel: Channel, *, at: datetime) -> tuple[Sending, list[Notice]] | None:
    """The oldest sending that is due for another try, which is counted."""
    due = Sending.objects.filter(channel=channel, state=State.PENDING, not_before__lte=at)
    while sending := due.select_related("subscription").order_by("pk").first():
        if postpone_if_quiet(sending, at=at):
            continue
        sending.tries, sending.epoch = sending.tries + 1, sending.epoch + 1
        sending.save(update_fields=["tries", "epoch"])
        return sending, notices_of(sending)
    return None
