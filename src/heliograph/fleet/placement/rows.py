"""Places, turns and decisions as rows: each act is one statement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from heliograph.fleet.placement.candidate import Turns

# Once an hour is often enough to know what is still asked for.
TOUCH_AFTER = timedelta(hours=1)
# State that nobody asked for so long is no longer warm anywhere.
FORGET_AFTER = timedelta(days=2)

PLACES = """
    SELECT place.key, node.name, place.asked_at < %s
    FROM fleet_place AS place LEFT JOIN fleet_node AS node ON node.id = place.node_id
    WHERE place.concern = %s ORDER BY place.key
"""
# Writes the row even where it stands already, and so holds it until the transaction ends.
LOCK = """
    INSERT INTO fleet_turn (concern, strategy, memory) VALUES (%s, '', '{}')
    ON CONFLICT (concern) DO UPDATE SET concern = excluded.concern
    RETURNING strategy, memory
"""
WRITE_PLACES = """
    INSERT INTO fleet_place (key, concern, node_id, strategy, reason, placed_at, asked_at)
    SELECT new.key, %(concern)s, node.id, %(strategy)s, new.reason, %(at)s, %(at)s
    FROM unnest(%(keys)s::text[], %(to)s::text[], %(reasons)s::text[]) AS new(key, node, reason)
    JOIN fleet_node AS node ON node.name = new.node
    ON CONFLICT (key) DO UPDATE SET
        concern = excluded.concern, node_id = excluded.node_id, strategy = excluded.strategy,
        reason = excluded.reason, placed_at = excluded.placed_at, asked_at = excluded.asked_at
"""
WRITE_DECISIONS = """
    INSERT INTO fleet_placementdecision (key, from_node, to_node, strategy, reason, at)
    SELECT new.key, new.old, new.node, %(strategy)s, new.reason, %(at)s
    FROM unnest(%(keys)s::text[], %(from)s::text[], %(to)s::text[], %(reasons)s::text[])
        AS new(key, old, node, reason)
"""
# Nodes are locked in one order: two concerns may be placed at once.
ADD_OUTSTANDING = """
    WITH held AS (
        SELECT id, more.count FROM fleet_node
        JOIN unnest(%(names)s::text[], %(counts)s::int[]) AS more(name, count) USING (name)
        ORDER BY id FOR UPDATE OF fleet_node
    )
    UPDATE fleet_node SET outstanding = outstanding + held.count FROM held WHERE fleet_node.id = held.id
"""
TOUCH = "UPDATE fleet_place SET asked_at = %s WHERE key = ANY(%s)"
FORGET = "DELETE FROM fleet_place WHERE concern = %s AND asked_at < %s"


@dataclass(frozen=True, slots=True)
class Lying:
    """Where a key lies, None if its node is forgotten; `stale` if it was not asked for in this hour."""

    node: str | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A key that goes to another node; `before` is empty if it is new."""

    key: str
    before: str
    after: str
    reason: str


def places(concern: str, *, at: datetime) -> dict[str, Lying]:
    """Where all keys of a concern lie."""
    with connection.cursor() as cursor:
        # A truth value is read in a tenth of the time that a moment takes.
        cursor.execute(PLACES, [at - TOUCH_AFTER, concern])
        return {key: Lying(node, stale) for key, node, stale in cursor.fetchall()}


def lock(concern: str, *, strategy: str) -> dict[str, float]:
    """Hold the places of a concern until the transaction ends; returns what that strategy remembered."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [concern])
        by, memory = cursor.fetchone()
    return json.loads(memory) if by == strategy else {}


def remember(concern: str, *, strategy: str, turns: Turns) -> None:
    """Keep what the strategy wants to know at its next choice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fleet_turn SET strategy = %s, memory = %s WHERE concern = %s",
            [strategy, json.dumps(dict(turns)), concern],
        )


def write(changes: Sequence[Change], *, concern: str, strategy: str, at: datetime) -> None:
    """Store the new places, and a decision for each."""
    if not changes:
        return
    values: dict[str, str | datetime | list[str]] = {
        "concern": concern,
        "strategy": strategy,
        "at": at,
        "keys": [change.key for change in changes],
        "from": [change.before for change in changes],
        "to": [change.after for change in changes],
        "reasons": [change.reason for change in changes],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE_PLACES, values)
        cursor.execute(WRITE_DECISIONS, values)


def add_outstanding(given: Mapping[str, int]) -> None:
    """Count work as held from now on: the node itself tells only at its next heartbeat."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_OUTSTANDING, {"names": list(given), "counts": list(given.values())})


def touch(keys: Sequence[str], *, concern: str, at: datetime) -> None:
    """Note that these keys are still asked for, and forget those that are not."""
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, [at, list(keys)])
        cursor.execute(FORGET, [concern, at - FORGET_AFTER])
