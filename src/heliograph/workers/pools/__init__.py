"""Pools of workers: what acts when the policy of scaling has decided."""

from heliograph.workers.pools.choose import NoPool, pool_of
from heliograph.workers.pools.pool import BadPool, Pool, PoolFailed

__all__ = ["BadPool", "NoPool", "Pool", "PoolFailed", "pool_of"]
