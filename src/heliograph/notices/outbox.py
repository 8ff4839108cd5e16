"""The rows of deliveries: made for new notices, taken under a lease, and marked after sending."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from heliograph.notices.channels.kind import SEND_SECONDS
from heliograph.notices.message import Message
from heliograph.notices.models import Channel, Delivery

# Longer than any sending may take, so that nothing is sent twice at once.
LEASE_SECONDS = SEND_SECONDS + 5
SPREAD_AT_ONCE = 1_000

# The notice keeps note of it, so that a look costs nothing where nothing is new.
SPREAD = """
WITH fresh AS (
    UPDATE notices_notice SET spread = true
    WHERE id IN (
        SELECT id FROM notices_notice WHERE NOT spread ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
    RETURNING id, topic, created_at
), made AS (
    INSERT INTO notices_delivery (notice_id, channel_id, state, tries, not_before, epoch, error)
    SELECT fresh.id, channel.id, 'pending', 0, %(at)s, 0, ''
    FROM fresh JOIN notices_channel AS channel
      ON channel.enabled AND fresh.created_at >= channel.created_at
         AND (channel.topics = '{}' OR EXISTS (
            SELECT FROM unnest(channel.topics) AS wanted
            WHERE fresh.topic = wanted
               OR right(wanted, 2) = '.*' AND starts_with(fresh.topic, left(wanted, -1))))
    ON CONFLICT (notice_id, channel_id) DO NOTHING
)
SELECT count(*) FROM fresh
"""
# Leases are judged by the database's clock: it is the only one that all machines share.
DUE = """
SELECT channel.id FROM notices_channel AS channel
WHERE channel.enabled
  AND (channel.leased_until IS NULL OR channel.leased_until < clock_timestamp())
  AND (channel.rests_until IS NULL OR channel.rests_until <= %(at)s)
  AND NOT channel.id = ANY(%(but)s)
  AND EXISTS (
    SELECT FROM notices_delivery AS delivery
    WHERE delivery.channel_id = channel.id AND delivery.state = 'pending' AND delivery.not_before <= %(at)s)
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
"""
TAKE = """
UPDATE notices_delivery AS delivery SET tries = tries + 1, epoch = delivery.epoch + 1
FROM notices_notice AS notice
WHERE notice.id = delivery.notice_id AND delivery.id = (
    SELECT id FROM notices_delivery
    WHERE channel_id = %(id)s AND state = 'pending' AND not_before <= %(at)s
    ORDER BY notice_id LIMIT 1)
RETURNING delivery.id, delivery.epoch, delivery.tries, notice.topic, notice.subject, notice.payload,
          notice.created_at
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A channel that this process serves for the time being."""

    channel: Channel
    epoch: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that is about to be sent, for the `tries`th time."""

    id: int
    epoch: int
    tries: int
    message: Message


def spread(*, at: datetime) -> int:
    """Make the deliveries of new notices, for each enabled channel that wants them; how many were new."""
    total = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(SPREAD, {"most": SPREAD_AT_ONCE, "at": at})
            found = cursor.fetchone()[0]
        total += found
        if found < SPREAD_AT_ONCE:
            return total


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


def take(held: Held, *, at: datetime) -> Taken | None:
    """The oldest due delivery of the channel; None if there is none, or the channel is ours no more."""
    facts = {"id": held.channel.pk, "epoch": held.epoch, "at": at}
    # In one transaction: while the channel's row is locked nobody else can take it.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(KEEP_CHANNEL, facts)
        if cursor.rowcount != 1:
            return None
        cursor.execute(TAKE, facts)
        found = cursor.fetchone()
    if found is None:
        return None
    row, epoch, tries, topic, subject, payload, created_at = found
    return Taken(row, epoch, tries, Message(topic, subject, json.loads(payload), created_at))


def mark(taken: Taken, **changes: object) -> bool:
    """Write what came of a sending; False if another has taken the delivery meanwhile."""
    own = Delivery.objects.filter(pk=taken.id, epoch=taken.epoch, state=Delivery.State.PENDING)
    return own.update(**changes) == 1
