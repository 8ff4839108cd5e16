"""The statements on the log of events. Positions are given here and nowhere else; see 0002_what_is_heard."""

from collections.abc import Sequence
from datetime import timedelta

from psycopg import AsyncConnection

from heliograph.fleet.nodes import LOST_AFTER
from heliograph.kit.direct import direct
from heliograph.web.stream.told import Told

CHANNEL = "heliograph_events"
# Rows that are numbered, read or forgotten at a time.
PIECE = 500
KEPT = timedelta(days=7)

READ = """
SELECT position, topic, kind, strategy_id, strategy, symbol, data::text, at
FROM stream_event WHERE position > %s ORDER BY position LIMIT %s
"""
# A node that falls silent writes nothing; whoever looks says it once for each silence.
LOST = """
INSERT INTO stream_event (topic, kind, data, at)
SELECT 'health', 'node.lost', jsonb_build_object('node', node.name, 'queues', to_jsonb(node.queues),
       'heartbeat_at', to_char(node.heartbeat_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
       clock_timestamp()
FROM fleet_node AS node
WHERE NOT node."left" AND node.heartbeat_at < clock_timestamp() - %s AND pg_try_advisory_xact_lock(%s)
  AND node.heartbeat_at > clock_timestamp() - interval '1 hour'
  AND NOT EXISTS (
    SELECT FROM stream_event
    WHERE kind = 'node.lost' AND data->>'node' = node.name AND at > node.heartbeat_at)
"""
LOST_LOCK = 0x4E4F4445
FORGET = """
WITH old AS (
    SELECT id FROM stream_event WHERE position IS NOT NULL AND at < clock_timestamp() - %s
    ORDER BY position LIMIT %s
), gone AS (
    DELETE FROM stream_event USING old WHERE stream_event.id = old.id RETURNING position
), newest AS (
    SELECT max(position) AS position, count(*) AS number FROM gone
), noted AS (
    UPDATE stream_last SET forgotten = greatest(forgotten, newest.position) FROM newest
    WHERE stream_last.id = 1 AND newest.position IS NOT NULL
)
SELECT number FROM newest
"""


async def connect() -> AsyncConnection:
    """A connection of its own to Django's database, past a pooler: it listens."""
    described = direct().get_connection_params()
    named = {name: value for name, value in described.items() if name not in ("cursor_factory", "context")}
    return await AsyncConnection.connect(**named, autocommit=True)


async def place(link: AsyncConnection) -> int:
    """Give positions to events that were committed and have none; how many got one."""
    return (await _first(link, "SELECT stream_place_events(%s)", [PIECE]))[0]


async def bounds(link: AsyncConnection) -> tuple[int, int]:
    """The newest position given, and the newest one that is kept no longer."""
    rows = await link.execute("SELECT position, forgotten FROM stream_last WHERE id = 1")
    return await rows.fetchone() or (0, 0)


async def read(link: AsyncConnection, *, after: int, most: int = PIECE) -> list[Told]:
    """The next events behind a position."""
    rows = await link.execute(READ, [after, most])
    return [Told.of(row) for row in await rows.fetchall()]


async def note_lost(link: AsyncConnection) -> None:
    """Write an event for each node that fell silent."""
    await link.execute(LOST, [LOST_AFTER, LOST_LOCK])


async def forget(link: AsyncConnection, *, kept: timedelta = KEPT) -> None:
    """Delete what is older; in pieces, so that nobody waits for it."""
    while (await _first(link, FORGET, [kept, PIECE]))[0] == PIECE:
        pass


async def _first(link: AsyncConnection, statement: str, values: Sequence[object]) -> tuple:
    row = await (await link.execute(statement, values)).fetchone()
    assert row is not None
    return row
