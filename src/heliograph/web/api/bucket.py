"""Buckets of tokens in Redis: each request takes one, and they come back at a steady rate."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from heliograph.kit.cache.breaker import Breaker
from heliograph.kit.cache.errors import LevelDown
from heliograph.kit.cache.wire import Wire

# One step in the server: two that ask at once cannot take the same token.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rate, most = tonumber(ARGV[1]) / 60000, tonumber(ARGV[1])
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local passed = math.max(0, now - (tonumber(kept[2]) or now))
local left = math.min(most, (tonumber(kept[1]) or most) + passed * rate)
local granted = 0
if left >= 1 then
    left, granted = left - 1, 1
end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 120000)
return {granted, math.floor(left), math.ceil((most - left) / rate), math.ceil((1 - left) / rate)}
"""
# Redis is near, or it is down.
ANSWER_SECONDS = 0.25
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a request may pass, how many may follow at once, and seconds until all and until one may."""

    granted: bool
    most: int
    left: int
    full_in: int
    next_in: int


class Buckets:
    """The buckets of one Redis. A lost Redis lets everything pass, and the log says so once."""

    def __init__(self, url: str) -> None:
        self._wire = Wire(url, answer=ANSWER_SECONDS, breaker=Breaker())
        self._is_lost = False

    def take(self, name: str, *, per_minute: int) -> Taken | None:
        """Take a token of the bucket of that name; None where Redis does not answer."""
        try:
            if self._wire.breaker.may_probe():
                with self._wire.probing():
                    pass
            key = f"heliograph:rate:{name}"
            granted, left, full, following = self._wire.talk(("EVAL", TAKE, 1, key, per_minute))[0]
        except LevelDown as fault:
            if not self._is_lost:
                self._is_lost = True
                log.warning("Redis does not answer (%s): requests to the API are not counted.", fault)
            return None
        if self._is_lost:
            self._is_lost = False
            log.warning("Redis answers again: requests to the API are counted.")
        return Taken(bool(granted), per_minute, left, ceil(full / 1000), ceil(max(following, 0) / 1000))


@lru_cache(maxsize=4)
def buckets_at(url: str) -> Buckets:
    """The buckets of the Redis at that address."""
    return Buckets(url)
