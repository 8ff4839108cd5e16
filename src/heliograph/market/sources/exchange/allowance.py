"""The pace at which a venue is asked, kept in one row by all processes of all machines.

ccxt's own throttle knows its process alone, and a venue bans addresses, not processes. Each request takes
the next free slot: an UPDATE of about a millisecond, where venues allow ten to twenty requests a second. The
clock is the database's.
"""

import time
from datetime import UTC, datetime

from django.db import connection

from heliograph.market.models import Allowance
from heliograph.market.sources.exchange.errors import RateLimited

# Who would have to wait longer than this comes again later, and holds no worker meanwhile.
PATIENCE_SECONDS = 15.0

# A crash of the server may forget the last slots: waiting for its disk would cost each request far more. Not
# so where others are waiting for what the same transaction wrote.
TAKE = """
WITH quick AS (SELECT set_config('synchronous_commit',
    CASE WHEN %(alone)s THEN 'off' ELSE current_setting('synchronous_commit') END, true))
INSERT INTO market_allowance (venue_id, free_at, requests, refusals)
SELECT %(venue)s, clock_timestamp() + %(step)s * interval '1 ms', 1, 0 FROM quick
ON CONFLICT (venue_id) DO UPDATE
SET free_at = greatest(market_allowance.free_at, clock_timestamp()) + %(step)s * interval '1 ms',
    requests = market_allowance.requests + 1
WHERE market_allowance.free_at <= clock_timestamp() + %(patience)s * interval '1 s'
RETURNING extract(epoch FROM free_at - clock_timestamp())::float8 - %(step)s / 1000.0
"""
REFUSE = """
INSERT INTO market_allowance (venue_id, free_at, requests, refused_until, refusals)
SELECT %(venue)s, quiet.until, 0, quiet.until, 1
FROM (SELECT clock_timestamp() + %(wait)s * interval '1 s' AS until) AS quiet
ON CONFLICT (venue_id) DO UPDATE
SET free_at = greatest(market_allowance.free_at, excluded.free_at),
    refused_until = greatest(market_allowance.refused_until, excluded.refused_until),
    refusals = market_allowance.refusals + 1
RETURNING refused_until
"""


def take_slot(venue: int, *, name: str, step_ms: float, patience: float = PATIENCE_SECONDS) -> None:
    """Wait for this request's slot, `step_ms` behind the one before; RateLimited if that is too far off."""
    with connection.cursor() as rows:
        alone = not connection.in_atomic_block
        rows.execute(TAKE, {"venue": venue, "step": step_ms, "patience": patience, "alone": alone})
        found = rows.fetchone()
    if found is None:
        raise RateLimited(name, until=Allowance.objects.get(venue=venue).free_at.astimezone(UTC))
    if found[0] > 0:
        time.sleep(found[0])


def keep_quiet(venue: int, *, seconds: float) -> datetime:
    """Ask nothing for so long, whichever process wants to; returns until when."""
    with connection.cursor() as rows:
        rows.execute(REFUSE, {"venue": venue, "wait": seconds})
        return rows.fetchone()[0].astimezone(UTC)
