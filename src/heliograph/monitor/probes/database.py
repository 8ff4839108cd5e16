"""PostgreSQL: sessions, locks, slow statements, dead rows, replicas, size and growth."""

import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from heliograph.monitor.away import UP, away
from heliograph.monitor.measure import Definition, Measure, Rule, known, measured, unknown
from heliograph.monitor.probe import Ground, Probe
from heliograph.monitor.queries import earliest

ANSWER = Definition("database_answer_seconds", "seconds", "what the simplest question takes", Rule(0.1, 2))
CONNECTIONS = Definition("database_connections", "count", "sessions of clients")
USED = Definition(
    "database_connections_ratio", "ratio", "of the sessions that the server allows", Rule(0.7, 0.95)
)
LOCKED = Definition(
    "database_lock_wait_seconds", "seconds", "the longest wait for a lock that goes on now", Rule(5, 60)
)
WAITING = Definition("database_lock_waits", "count", "locks that are waited for now")
OLDEST = Definition(
    "database_oldest_transaction_seconds", "seconds", "age of the oldest transaction", Rule(300, 3600)
)
LONGEST = Definition(
    "database_longest_query_seconds", "seconds", "the statement that runs longest now", Rule(60, 900)
)
SLOW = Definition("database_slow_queries", "count", "statements that run for more than five seconds now")
COMMITS = Definition("database_commits_total", "total", "transactions that were committed")
ROLLBACKS = Definition("database_rollbacks_total", "total", "transactions that were rolled back")
DEADLOCKS = Definition("database_deadlocks_total", "total", "deadlocks that were broken")
SPILLED = Definition("database_spilled_bytes_total", "total", "bytes of sorts and joins written to files")
HITS = Definition("database_buffer_hits_ratio", "ratio", "of the pages read, those found in memory")
SESSIONS = (UP, ANSWER, CONNECTIONS, USED, LOCKED, WAITING, OLDEST, LONGEST, SLOW)
COUNTED = (COMMITS, ROLLBACKS, DEADLOCKS, SPILLED, HITS)
SIZE = Definition("database_size_bytes", "bytes", "size of the database")
GROWTH = Definition("database_growth_day_bytes", "bytes", "growth in a day, by the last day or what is known")
DEAD = Definition(
    "database_dead_rows_ratio", "ratio", "of the rows of the large table with most dead ones", Rule(0.3, 0.7)
)
FROZEN = Definition(
    "database_transaction_numbers_ratio",
    "ratio",
    "used of the numbers of transactions",
    Rule(0.25, 0.6, True),
)
REPLICAS = Definition("database_replicas", "count", "standby servers that are connected")
LAG = Definition(
    "database_replication_lag_seconds", "seconds", "how far the last replica is behind", Rule(10, 300)
)

ACTIVITY = """
WITH others AS MATERIALIZED (
    SELECT state, clock_timestamp() - xact_start AS transaction, clock_timestamp() - query_start AS statement
    FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()
), waits AS MATERIALIZED (
    SELECT clock_timestamp() - waitstart AS waited FROM pg_locks WHERE NOT granted
)
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
       (SELECT coalesce(extract(epoch FROM max(waited)), 0) FROM waits), (SELECT count(*) FROM waits),
       coalesce(extract(epoch FROM max(transaction)), 0),
       coalesce(extract(epoch FROM max(statement) FILTER (WHERE state = 'active')), 0),
       count(*) FILTER (WHERE state = 'active' AND statement > interval '5 s')
FROM others
"""
COUNTERS = """
SELECT xact_commit, xact_rollback, deadlocks, temp_bytes, blks_hit::float8 / nullif(blks_hit + blks_read, 0)
FROM pg_stat_database WHERE datname = current_database()
"""
# Of few rows a share says nothing.
DEAD_ROWS = """
SELECT relname, n_dead_tup::float8 / (n_live_tup + n_dead_tup) AS share
FROM pg_stat_user_tables WHERE n_live_tup + n_dead_tup >= 10000 ORDER BY share DESC LIMIT 1
"""
FROZEN_SHARE = "SELECT max(age(datfrozenxid)) / 2147483648.0 FROM pg_database"
STANDBYS = """
SELECT count(*), extract(epoch FROM max(replay_lag)), bool_and(state IS NOT NULL) FROM pg_stat_replication
"""
# What grew in less says little of a day.
SHORTEST, DAY = timedelta(hours=1), timedelta(days=1)


def read_sessions(ground: Ground) -> Iterator[Measure]:
    """What runs and waits now."""
    began = time.perf_counter()
    _row("SELECT 1")
    yield known(ANSWER, time.perf_counter() - began)
    yield known(UP, 1)
    sessions, most, locked, waiting, transaction, statement, slow = _row(ACTIVITY)
    yield known(CONNECTIONS, sessions)
    yield known(USED, sessions / most, note=f"{sessions} of {most}")
    yield known(LOCKED, locked)
    yield known(WAITING, waiting)
    yield known(OLDEST, transaction)
    yield known(LONGEST, statement)
    yield known(SLOW, slow)


def read_counters(ground: Ground) -> Iterator[Measure]:
    """What the server counts by itself, and where its rows are copied to."""
    *counts, hits = _row(COUNTERS)
    for definition, count in zip((COMMITS, ROLLBACKS, DEADLOCKS, SPILLED), counts, strict=True):
        yield known(definition, count)
    yield measured(HITS, hits, "no page was read yet")
    replicas, lag, may_see = _row(STANDBYS)
    yield known(REPLICAS, replicas)
    if replicas:
        yield (
            known(LAG, lag or 0) if may_see else unknown(LAG, "the account may not see it: grant pg_monitor")
        )


def read_size(ground: Ground) -> Iterator[Measure]:
    """How much there is, and how much of it is dead. To measure a size the server looks at many files."""
    (size,) = _row("SELECT pg_database_size(current_database())")
    yield known(SIZE, size)
    first = earliest(SIZE.name, since=ground.at - DAY)
    if first is None or ground.at - first.at < SHORTEST:
        yield unknown(GROWTH, "its size has been measured for less than an hour")
    else:
        yield known(GROWTH, (size - first.value) * (DAY / (ground.at - first.at)))
    table, share = _row(DEAD_ROWS) or ("no table is large", 0.0)
    yield known(DEAD, share, note=table)
    yield known(FROZEN, _row(FROZEN_SHARE)[0])


def down(reason: str) -> list[Measure]:
    """What is known while the database does not answer."""
    return [away(reason), *(unknown(one, reason) for one in SESSIONS[1:])]


def _row(statement: str) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() or ()


PROBES = (
    Probe("database", SESSIONS, read_sessions),
    Probe("database", (*COUNTED, REPLICAS, LAG), read_counters, every=60),
    Probe("database", (SIZE, GROWTH, DEAD, FROZEN), read_size, every=300, seconds=5),
)
