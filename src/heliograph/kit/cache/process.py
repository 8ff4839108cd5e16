"""The cache of this process, set up from REDIS_URL and DATABASE_URL."""

import atexit
import os
import threading

from heliograph.kit.cache.cache import Cache
from heliograph.kit.env import direct_url

_lock = threading.Lock()
_own: dict[tuple[str | None, str | None], Cache] = {}


def cache() -> Cache:
    """The one cache of this process.

    Where neither Redis nor a database is named it keeps nothing: no other process could tell it of a change.
    """
    asked = (os.environ.get("REDIS_URL") or None, direct_url() or None)
    found = _own.get(asked)
    if found is None:
        with _lock:
            found = _own.get(asked)
            if found is None:
                found = _own[asked] = Cache(None if any(asked) else 0, *asked)
    return found


def _in_child() -> None:
    global _lock
    _lock = threading.Lock()
    for one in _own.values():
        one.abandon()


def close() -> None:
    """Leave the levels in order; whoever asks for the cache after this gets a new one."""
    for key in list(_own):
        _own.pop(key).close()


os.register_at_fork(after_in_child=_in_child)
atexit.register(close)
