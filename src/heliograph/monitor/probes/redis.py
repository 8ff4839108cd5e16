"""Redis: whether it answers, what it holds, and whether it writes to its disk."""

import time
from collections.abc import Iterator
from functools import cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from heliograph.kit.redis_url import redis_client
from heliograph.monitor.measure import Definition, Measure, Rule, known, unknown
from heliograph.monitor.probe import Ground, Probe

UP = Definition("redis_up", "count", "1 while Redis answers", Rule(1, 0, gate=True))
ANSWER = Definition("redis_answer_seconds", "seconds", "what a ping takes", Rule(0.1, 1))
MEMORY = Definition("redis_memory_bytes", "bytes", "memory that it uses")
FULL = Definition("redis_memory_ratio", "ratio", "of the memory that it may use", Rule(0.8, 0.98))
CLIENTS = Definition("redis_clients", "count", "connections")
REFUSED = Definition("redis_refused_clients_total", "total", "connections that were refused")
EVICTED = Definition("redis_evicted_keys_total", "total", "keys that went for want of memory")
WRITES = Definition("redis_writes_ok", "count", "1 if its last write to disk went well", Rule(1, 0))
ALL = (UP, ANSWER, MEMORY, FULL, CLIENTS, REFUSED, EVICTED, WRITES)
SECONDS = 1.0
SECTIONS = ("clients", "memory", "persistence", "stats")


def read(ground: Ground) -> Iterator[Measure]:
    """One ping and its own figures."""
    if not ground.redis_url:
        yield from (unknown(one, "none is named; commands need none") for one in ALL)
        return
    try:
        yield from _read(ground.redis_url)
    except redis.RedisError as fault:
        reason = f"it does not answer: {str(fault)[:120]}"
        yield known(UP, 0, note=reason)
        yield from (unknown(one, reason) for one in ALL[1:])


def _read(url: str) -> list[Measure]:
    client = _client(url)
    # The line of the look before may have been cut since.
    client.ping()
    began = time.perf_counter()
    client.ping()
    spent = time.perf_counter() - began
    info = client.info(*SECTIONS)
    wrote = (info.get("aof_last_write_status", "ok"), info.get("rdb_last_bgsave_status", "ok"))
    found = [
        known(UP, 1),
        known(ANSWER, spent),
        known(MEMORY, info["used_memory"]),
        known(CLIENTS, info["connected_clients"]),
        known(REFUSED, info["rejected_connections"]),
        known(EVICTED, info["evicted_keys"]),
        known(WRITES, float(wrote == ("ok", "ok"))),
    ]
    # Without a limit there is no share of it.
    most = info["maxmemory"]
    return [*found, known(FULL, info["used_memory"] / most)] if most else found


@cache
def _client(url: str) -> redis.Redis:
    """Whose line is made anew once where it was cut. What does not answer is not asked again."""
    again = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    return redis_client(
        url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=again, max_connections=4
    )


PROBE = Probe("redis", ALL, read, rows=False)
