"""The levels themselves: what a hit costs, and how soon a change is seen by another process."""

import os
import statistics
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from typing import Any

import numpy as np
import redis

from benchmarks.parts.cached_uses import microseconds

ROW = {"id": 1, "instrument": "BTC/USDT", "side": "long", "price": 101.5, "at": "2026-01-01T00:00:00Z"}
VALUES = {
    "a figure": {"open": 3, "mean_r": 0.25},
    "20 rows": [ROW | {"id": number, "price": number * 1.25} for number in range(20)],
    "500 floats": np.random.default_rng(7).normal(size=500),
    "20 kB": np.random.default_rng(7).bytes(20_000),
}
# Looks into its memory without a pause and says when it sees each change.
WATCH = """
import os, sys, time
from heliograph.kit.cache import cache
own = cache()
for line in sys.stdin:
    wanted = int(line)
    while (seen := own.get("seen:change")) != wanted - 1:
        pass
    print("ready", flush=True)
    while own.get("seen:change") != wanted:
        pass
    print(time.time(), flush=True)
"""


def in_a_row(run: Callable[[], object]) -> float:
    """Microseconds of a call: the median over rows of calls, since one is too short to be timed."""
    return 1e6 * statistics.median(timeit.repeat(run, number=200, repeat=200)) / 200


def hits(near: Any, far: Any, table: Any, redis_url: str) -> dict[str, dict[str, float]]:
    """Microseconds of a hit in each level for typical values, beside a raw GET of the same entry."""
    server, found = redis.Redis.from_url(redis_url), {}
    for name, value in VALUES.items():
        key = f"value:{name}"
        near.set(key, value, ttl=600, tags=["one", "two"])
        raw = far.parts.redis.names.entry(key)
        runs = {
            "raw GET": lambda raw=raw: server.get(raw),
            "redis": lambda key=key: far.get(key),
            "table": lambda key=key: table.get(key),
        }
        found[name] = {"memory": in_a_row(lambda key=key: near.get(key)), **microseconds(runs, times=1500)}
        found[name]["redis of raw GET"] = found[name]["redis"] / found[name]["raw GET"]
    return found


def changes(near: Any, count: int) -> dict[str, float]:
    """Milliseconds until another process that reads its memory all the time sees what this one set."""
    watcher = subprocess.Popen(
        [sys.executable, "-c", WATCH],
        env=dict(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watcher.stdin
    assert watcher.stdout
    near.set("seen:change", 0, ttl=600)
    taken = []
    for number in range(1, count + 1):
        print(number, file=watcher.stdin, flush=True)
        watcher.stdout.readline()
        begin = time.time()
        near.set("seen:change", number, ttl=600)
        taken.append(1000 * (float(watcher.stdout.readline()) - begin))
    watcher.stdin.close()
    watcher.wait()
    return {"p50_ms": statistics.median(taken), "most_ms": max(taken)}
