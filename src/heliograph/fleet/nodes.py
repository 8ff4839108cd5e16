"""Worker nodes as rows: they register, beat, and say goodbye; each act is one statement."""

import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest

from heliograph.fleet.errors import BadWeight, UnknownNode
from heliograph.fleet.models import Node
from heliograph.kit.release import release

BEAT_SECONDS = 2
# Five beats that did not come.
LOST_AFTER = timedelta(seconds=10)
# A lost node is named in reasons for so long.
REMEMBERED = timedelta(days=1)

MOST_WEIGHT = 100.0
# The decay of a latency peak with time (Finagle's default), in seconds.
PEAK_DECAY_SECONDS = 10.0
# The weight of a new piece of work in the plain mean, once there are enough.
NEWEST_SHARE = 0.2

# A node that starts again is a fresh one, except that it still drains if somebody wanted it to.
REGISTER = """
    INSERT INTO fleet_node (
        name, host, release, pid, queues, capacity, weight, "left", draining, reason, started_at,
        heartbeat_at, outstanding, samples, failures, ejections, ejection_reason
    ) VALUES (
        %(name)s, %(host)s, %(release)s, %(pid)s, %(queues)s, %(capacity)s, 1, false, false, '', %(at)s,
        %(at)s, 0, 0, 0, 0, ''
    )
    ON CONFLICT (name) DO UPDATE SET
        host = excluded.host, release = excluded.release, pid = excluded.pid, queues = excluded.queues,
        capacity = excluded.capacity,
        "left" = false, started_at = excluded.started_at, heartbeat_at = excluded.heartbeat_at,
        outstanding = 0, latency_ms = NULL, latency_at = NULL, mean_ms = NULL, samples = 0, failures = 0,
        ejected_until = NULL, ejection_reason = '', probation_until = NULL, cpu_pct = NULL, rss_bytes = NULL
    RETURNING *
"""

# The peak average jumps up and comes down slowly: Finagle's PeakEwma. While the node works on more than one
# thing, pieces end out of order: time between two never runs backwards.
NOTE_DONE = """
    UPDATE fleet_node SET
        latency_ms = CASE
            WHEN latency_ms IS NULL OR %(ms)s >= latency_ms THEN %(ms)s
            ELSE %(ms)s + (latency_ms - %(ms)s)
                * exp(-greatest(extract(epoch FROM %(at)s - latency_at), 0) / %(decay)s)
        END,
        latency_at = greatest(latency_at, %(at)s),
        mean_ms = coalesce(mean_ms, 0)
            + (%(ms)s - coalesce(mean_ms, 0)) * greatest(1.0 / (samples + 1), %(share)s),
        samples = samples + 1,
        failures = 0
    WHERE name = %(name)s
"""


def register(name: str, *, queues: Sequence[str], capacity: int, at: datetime) -> Node:
    """This process takes work from now on, under that name; one that had the name before is replaced."""
    values = {
        "name": name,
        "host": socket.gethostname()[:64],
        "release": release()[:64],
        "pid": os.getpid(),
        "queues": list(queues),
        "capacity": capacity,
        "at": at,
    }
    return Node.objects.raw(REGISTER, values)[0]


def beat(
    name: str,
    *,
    outstanding: int,
    at: datetime,
    latency_ms: float | None = None,
    cpu_pct: float | None = None,
    rss_bytes: int | None = None,
) -> bool:
    """Says that the node lives, and how busy it is: pieces of work held, CPU in per cent of one core.

    `latency_ms` replaces what `note_done` found, where the node measures by itself. False if no such node is
    known any more: it has to register again.
    """
    measured = {} if latency_ms is None else {"latency_ms": latency_ms, "latency_at": at}
    beaten = Node.objects.filter(name=name).update(
        heartbeat_at=Greatest(F("heartbeat_at"), at),
        left=False,
        outstanding=outstanding,
        cpu_pct=cpu_pct,
        rss_bytes=rss_bytes,
        **measured,
    )
    return beaten == 1


def leave(name: str) -> None:
    """The node takes no more work: it ends in order."""
    Node.objects.filter(name=name).update(left=True, outstanding=0)


def alive(*, at: datetime) -> list[Node]:
    """The nodes whose heartbeat is fresh, by name; draining and ejected ones too."""
    return list(Node.objects.filter(left=False, heartbeat_at__gt=at - LOST_AFTER).order_by("name"))


def of_other_releases(*, at: datetime) -> list[str]:
    """The living nodes that run another release than this process, each with what it runs."""
    others = [node for node in alive(at=at) if node.release != release()[:64]]
    return [f"{node.name} ({node.release or 'a release that does not say which'})" for node in others]


def drain(name: str, *, reason: str) -> None:
    """No more work is placed on the node; what it holds, it finishes."""
    if not Node.objects.filter(name=name).update(draining=True, reason=reason):
        raise unknown(name)


def undrain(name: str) -> None:
    """Work is placed on the node again."""
    if not Node.objects.filter(name=name).update(draining=False, reason=""):
        raise unknown(name)


def weigh(name: str, *, weight: float) -> None:
    """Sets the share of placed work for each task at a time: 0.5 for a machine of half the speed.

    It outlives the process.
    """
    if not 0 < weight <= MOST_WEIGHT:
        raise BadWeight(weight, most=MOST_WEIGHT)
    if not Node.objects.filter(name=name).update(weight=weight):
        raise unknown(name)


def note_done(name: str, *, ms: float, at: datetime) -> None:
    """The node did a piece of work in so many milliseconds."""
    values: dict[str, str | float | datetime] = {"name": name, "ms": ms, "at": at}
    values |= {"decay": PEAK_DECAY_SECONDS, "share": NEWEST_SHARE}
    with connection.cursor() as cursor:
        cursor.execute(NOTE_DONE, values)


def note_failed(name: str) -> None:
    """A piece of work failed on the node."""
    Node.objects.filter(name=name).update(failures=F("failures") + 1)


def forget_lost(*, at: datetime) -> int:
    """Deletes nodes that were lost or left long ago; returns how many."""
    return Node.objects.filter(heartbeat_at__lt=at - REMEMBERED).delete()[0]


def unknown(name: str) -> UnknownNode:
    """The error that names the nodes there are."""
    return UnknownNode(name, list(Node.objects.order_by("name").values_list("name", flat=True)))
