"""Making anew what is still served, in a thread of its own."""

import logging
import threading
from collections.abc import Callable, Sequence

from heliograph.kit.cache.computing import Computing
from heliograph.kit.cache.rule import Make, Rule

log = logging.getLogger(__name__)


class Refreshing:
    """One refresh of a key at a time; `after` is called at the end of each thread."""

    def __init__(self, computing: Computing, after: Sequence[Callable[[], None]]) -> None:
        self._computing, self._after = computing, after
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    def begin(self, key: str, make: Make, rule: Rule) -> None:
        """Refresh a key, unless that is under way."""
        with self._lock:
            if key in self._keys:
                return
            self._keys.add(key)
        threading.Thread(target=self._refresh, args=(key, make, rule), daemon=True).start()

    def _refresh(self, key: str, make: Make, rule: Rule) -> None:
        try:
            self._computing.refresh(key, make, rule)
        except Exception:
            log.exception("%s could not be refreshed.", key)
        finally:
            with self._lock:
                self._keys.discard(key)
            for after in self._after:
                after()
