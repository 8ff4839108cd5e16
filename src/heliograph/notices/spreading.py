"""Makes the deliveries of new notices: one for each channel on which a subscription wants it."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import connection, transaction

from heliograph.notices.hours import Due, due
from heliograph.notices.matching import matches
from heliograph.notices.models import Subscription

SPREAD_AT_ONCE = 1_000
# Of some audiences the strategies that each may not hear of, by name; None: it hears nothing at all. Whom
# strategies belong to is known above this room.
Unheard: TypeAlias = Mapping[str, Collection[str] | None]
Hides: TypeAlias = Callable[[Collection[str]], Unheard]

# The notice keeps note of it, so that a look costs nothing where nothing is new.
FRESH = """
UPDATE notices_notice SET spread = true
WHERE id IN (
    SELECT id FROM notices_notice
    WHERE NOT spread AND NOT EXISTS (SELECT FROM notices_quarantine WHERE ended_at IS NULL)
    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, topic, payload, created_at
"""
# Joined with the subscription, which may have been removed meanwhile.
MAKE = """
INSERT INTO notices_delivery (notice_id, channel_id, subscription_id, state, not_before, held, error)
SELECT notice, asked.channel_id, asked.id, 'pending', not_before, held, ''
FROM unnest(%(notices)s::bigint[], %(asked)s::bigint[], %(times)s::timestamptz[], %(held)s::text[])
     AS made (notice, subscription, not_before, held)
JOIN notices_subscription AS asked ON asked.id = made.subscription
ON CONFLICT (notice_id, channel_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A notice that nobody has been told of."""

    id: int
    topic: str
    payload: dict[str, object]
    created_at: datetime


def spread(*, at: datetime, hides: Hides | None = None) -> int:
    """Make the deliveries of new notices, for each channel that is to have them; how many were new."""
    total = 0
    while True:
        found = _spread_some(at=at, hides=hides)
        total += found
        if found < SPREAD_AT_ONCE:
            return total


@transaction.atomic
def _spread_some(*, at: datetime, hides: Hides | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(FRESH, {"most": SPREAD_AT_ONCE})
        fresh = sorted(
            (Fresh(row[0], row[1], json.loads(row[2]), row[3]) for row in cursor.fetchall()),
            key=lambda one: one.id,
        )
        if fresh:
            _make(fresh, at=at, hides=hides)
        return len(fresh)


def _make(fresh: list[Fresh], *, at: datetime, hides: Hides | None) -> None:
    subscriptions = list(Subscription.objects.filter(paused=False, channel__enabled=True).order_by("pk"))
    owned = {one.audience for one in subscriptions if one.audience}
    unheard = hides(owned) if hides and owned else {}
    made = [(one.id, *told) for one in fresh for told in _ways(one, subscriptions, unheard, at=at)]
    if not made:
        return
    facts = {
        "notices": [notice for notice, _, _ in made],
        "asked": [subscription.pk for _, subscription, _ in made],
        "times": [when.at for _, _, when in made],
        "held": [str(when.held) for _, _, when in made],
    }
    with connection.cursor() as cursor:
        cursor.execute(MAKE, facts)


def _ways(
    notice: Fresh, subscriptions: list[Subscription], unheard: Unheard, *, at: datetime
) -> list[tuple[Subscription, Due]]:
    """The subscriptions it goes by. A channel is told once: by the one that tells it soonest."""
    ways: dict[int, tuple[Subscription, Due]] = {}
    for one in subscriptions:
        hidden = unheard.get(one.audience, ())
        if hidden is None or notice.payload.get("strategy") in hidden:
            continue
        if notice.created_at < one.created_at or not matches(one, notice.topic, notice.payload):
            continue
        when, known = due(one, notice.topic, at=at), ways.get(one.channel_id)
        if known is None or when.at < known[1].at:
            ways[one.channel_id] = one, when
    return list(ways.values())
