"""Computing what no level has: once among all processes that want it, as far as any level can tell."""

import contextlib
import secrets
import time
from collections.abc import Callable
from typing import Any

from heliograph.kit.cache.encoding import decode
from heliograph.kit.cache.errors import LevelDown, NotCacheable
from heliograph.kit.cache.parts import Parts
from heliograph.kit.cache.reading import Found, Looking, keep_near
from heliograph.kit.cache.rule import Make, Rule
from heliograph.kit.cache.writing import Writing

# Those who wait look up so often whether the holder of the lock is still alive.
LOOK_EVERY = 1.0


class Computing:
    """Computes under a lock in Redis, else under one of PostgreSQL, else without."""

    def __init__(self, parts: Parts, writing: Writing) -> None:
        self._parts, self._writing = parts, writing
        # Locks that this process holds and renews, by key.
        self.held: dict[str, str] = {}
        # Called when there is a lock to renew.
        self.on_hold: Callable[[], None] = lambda: None

    def once(self, key: str, make: Make, rule: Rule) -> Found:
        """What computing gives, or what another process got meanwhile; a kept failure is raised."""
        try:
            if self._parts.redis is not None and 2 in rule.levels:
                found = self._under_redis(key, make, rule)
                return found if found is not None else self._compute(key, make, rule, token=None)
        except LevelDown:
            self._parts.down(2)
        if self._parts.table is not None and 3 in rule.levels:
            return self._under_table(key, make, rule)
        return self._compute(key, make, rule, token=None)

    def refresh(self, key: str, make: Make, rule: Rule) -> None:
        """Compute anew what is still served, unless another does."""
        token = secrets.token_hex(8)
        if self._parts.redis is None or 2 not in rule.levels:
            self._compute(key, make, rule, token=None)
            return
        try:
            holder, data = self._parts.redis.locks.acquire(key, token)
        except LevelDown:
            self._parts.down(2)
            self._compute(key, make, rule, token=None)
            return
        if holder is None:
            found = self._opened(key, data, rule)
            if found is not None and found.is_fresh:
                self._release(key, token)
            else:
                self._compute(key, make, rule, token=token)

    def renew(self) -> None:
        """Hold the locks of this process for another lease."""
        for key, token in list(self.held.items()):
            if self._parts.redis is not None:
                try:
                    self._parts.redis.locks.renew(key, token)
                except LevelDown:
                    self._parts.down(2)

    def _under_redis(self, key: str, make: Make, rule: Rule) -> Found | None:
        """None where one has waited long enough."""
        redis, token = self._parts.redis, secrets.token_hex(8)
        assert redis is not None
        deadline = time.monotonic() + self._parts.limits.patience
        while time.monotonic() < deadline:
            holder, data = redis.locks.acquire(key, token)
            found = self._opened(key, data, rule)
            if found is not None and found.is_fresh:
                if holder is None:
                    self._release(key, token)
                return found
            if holder is None:
                return self._from_row(key, rule, token) or self._compute(key, make, rule, token=token)
            redis.locks.wait(holder, seconds=LOOK_EVERY)
        return None

    def _from_row(self, key: str, rule: Rule, token: str) -> Found | None:
        """What the table has, looked for by the holder of the lock alone."""
        if self._parts.table is None or 3 not in rule.levels:
            return None
        found = Looking(self._parts, kind=rule.kind, levels=rule.levels, asks=(3,)).search([key]).get(key)
        if found is None or not found.is_fresh:
            return None
        self._release(key, token)
        return found

    def _under_table(self, key: str, make: Make, rule: Rule) -> Found:
        assert self._parts.table is not None
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._parts.table.link.locked(key))
            except LevelDown:
                self._parts.down(3)
            found = Looking(self._parts, kind=rule.kind, levels=(1, 3)).search([key]).get(key)
            if found is not None and found.is_fresh:
                return found
            return self._compute(key, make, rule, token=None, is_locked=True)

    def _opened(self, key: str, data: bytes | None, rule: Rule) -> Found | None:
        if data is None:
            return None
        looking = Looking(self._parts, kind=rule.kind, levels=rule.levels)
        looking.open(2, key, data, seconds=0.0)
        return looking.found.get(key)

    def _compute(
        self, key: str, make: Make, rule: Rule, *, token: str | None, is_locked: bool = False
    ) -> Found:
        """Compute, write it down, and let those who wait through; they are let through by a failure too."""
        parts, prefix = self._parts, self._parts.tally.prefix(key)
        if token:
            self.held[key] = token
            self.on_hold()
        tags, begin, as_of = parts.knowledge.now(rule.tags), parts.clocks.steady(), parts.knowledge.since(2)
        kept = False
        try:
            value, fault = self._made(make, rule)
            cost = parts.clocks.steady() - begin
            written = _told(fault) if fault else value
            envelope = self._writing.envelope(written, rule, tags=tags, cost=cost, is_failure=bool(fault))
            if is_locked and envelope.cost < parts.limits.row_worth:
                # Others wait for this row.
                envelope = envelope._replace(cost=parts.limits.row_worth)
            kept = True
            mine = self._writing.keep(key, envelope, rule, token=token)
        finally:
            if token:
                self.held.pop(key, None)
                if not kept:
                    self._release(key, token)
        with parts.tally.lock:
            prefix.computed += 1
            prefix.computing += cost
            prefix.failed += bool(fault)
        # Read back, so that it is the same whether it was computed here or found in any level.
        value = decode(envelope.body, Any if envelope.is_failure else rule.kind)
        if mine and 1 in rule.levels:
            keep_near(parts, key, envelope, value, asked_at=begin, as_of=as_of)
        return Found(value, envelope.is_failure, is_fresh=True)

    def _made(self, make: Make, rule: Rule) -> tuple[Any, Exception | None]:
        try:
            return make(), None
        except rule.failures as fault:
            if type(fault) not in rule.failures:
                raise
            return None, fault

    def _release(self, key: str, token: str) -> None:
        if self._parts.redis is not None:
            try:
                self._parts.redis.locks.fill(key, token, b"", seconds=1)
            except LevelDown:
                self._parts.down(2)


def _told(fault: Exception) -> list[Any]:
    return [type(fault).__name__, [str(fault)]]


def failure(found: Found, rule: Rule) -> Exception:
    """The failure that computing ended in, as an exception of its type."""
    name, arguments = found.value
    kind = next((kind for kind in rule.failures if kind.__name__ == name), None)
    if kind is None:
        return NotCacheable(f"A failure of type {name} was kept, which is not among those expected here.")
    # Without its __init__, whose arguments are not those of the message.
    fault = kind.__new__(kind)
    fault.args = tuple(arguments)
    return fault
