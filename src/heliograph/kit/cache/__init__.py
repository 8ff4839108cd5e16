"""A cache of three levels: memory of the process, Redis, and an unlogged table of PostgreSQL."""

from heliograph.kit.cache.cache import Cache
from heliograph.kit.cache.decorated import Cached, cached
from heliograph.kit.cache.errors import NotCacheable
from heliograph.kit.cache.limits import Limits
from heliograph.kit.cache.process import cache, close
from heliograph.kit.cache.rule import Rule
from heliograph.kit.cache.told import Counters

__all__ = ["Cache", "Cached", "Counters", "Limits", "NotCacheable", "Rule", "cache", "cached", "close"]
