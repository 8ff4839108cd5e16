"""Statements that one request or one task asks again and again, where one question would do.

A few requests and tasks of each kind are looked at; the others cost a comparison.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from hashlib import md5
from typing import Any

from django.db import Error, connection, transaction

from heliograph.kit.clock import utc_now
from heliograph.monitor.tuning.advice import Advice
from heliograph.monitor.tuning.models import Repeat

# The first of each place, and then one of so many.
EVERY = 8
# Fewer in one request or task are no pattern; and once may be chance.
OFTEN, SEEN = 20, 3
# Places and statements beyond so many are not counted: there are only so many kinds.
MOST_PLACES = 1_000
LONGEST = 4_000
ROW = """
INSERT INTO tuning_repeat (place, digest, statement, seen, most, first_at, newest_at)
VALUES (%(place)s, %(digest)s, %(statement)s, 1, %(times)s, %(at)s, %(at)s)
ON CONFLICT (place, digest) DO UPDATE
SET seen = tuning_repeat.seen + 1, most = greatest(tuning_repeat.most, excluded.most),
    newest_at = excluded.newest_at
"""
log = logging.getLogger(__name__)


class Counting:
    """Counts the statements of one request or task, as a wrapper around their execution."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._times: dict[str, int] = {}

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self._times[sql] = self._times.get(sql, 0) + 1
        return execute(sql, params, many, context)

    def begin(self) -> None:
        """Count from now on, in this thread."""
        connection.execute_wrappers.append(self)

    def end(self) -> None:
        """Count no longer, and keep what was asked often; what goes wrong with it concerns nobody else."""
        if self not in connection.execute_wrappers:
            return
        connection.execute_wrappers.remove(self)
        found = {sql: times for sql, times in self._times.items() if times >= OFTEN and _looks(sql)}
        if not found:
            return
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for sql, times in found.items():
                    cursor.execute(ROW, _told(self.place, sql, times, at=utc_now()))
        except Error as fault:
            log.info("What was asked often is not kept: %s", fault)


class Sampler:
    """Chooses which are looked at."""

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}

    def sample(self, place: str) -> Counting | None:
        """What counts this one; None for most."""
        turn = self._turns.get(place, 0)
        if turn or len(self._turns) < MOST_PLACES:
            self._turns[place] = turn + 1
            if turn % EVERY == 0:
                return Counting(place[:100])
        return None


SAMPLER = Sampler()


def repeated(*, since: datetime) -> list[Advice]:
    """What was seen since then, worst first."""
    found = Repeat.objects.filter(newest_at__gt=since, seen__gte=SEEN).order_by("-most", "place", "digest")
    return [
        Advice(
            "repeated statement",
            f"{one.place} {one.digest[:8]}",
            f"asked {one.most} times by one of them, often in {one.seen} that were seen: {one.statement}",
            measured={"most": one.most, "seen": one.seen},
        )
        for one in found[:50]
    ]


def _looks(sql: str) -> bool:
    return sql.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))


def _told(place: str, sql: str, times: int, *, at: datetime) -> dict[str, object]:
    digest = md5(sql.encode(), usedforsecurity=False).hexdigest()
    return {"place": place, "digest": digest, "statement": sql[:LONGEST], "times": times, "at": at}
