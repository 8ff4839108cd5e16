"""Engine states in Redis, so that a shard that moves to another process is warm there.

A state belongs to one epoch of its shard's row, which changes with every step and every correction: it is
either exactly where the row says, or of no use. What moves and when is known to the process that lets go of
its shards; to write each state after each step costs more than it saves (decision 0010).
"""

import hashlib
from collections.abc import Iterable

import msgspec
import numpy as np

from heliograph.engine.errors import BadSnapshot
from heliograph.engine.runner import Runner
from heliograph.kit.cache import cache
from heliograph.signals.stand import Stand

# Seconds after which nobody took the shard over.
KEPT = 900.0
LEVELS = (2,)


class Kept(msgspec.Struct, frozen=True):
    """A runner's state and where it stands."""

    epoch: int
    plan_digest: str
    stand_digest: str
    state: bytes
    unsaved: int


def keep_state(stand: Stand, runner: Runner, *, unsaved: int) -> None:
    """Leave the state of a shard where the next process that advances it finds it."""
    kept = Kept(stand.epoch, runner.plan.digest, _digest(stand), runner.snapshot(), unsaved)
    cache().set(_key(stand), kept, ttl=KEPT, levels=LEVELS)


def restore_kept(runner: Runner, stand: Stand) -> int | None:
    """Put the kept state into a fresh runner; the bars since its checkpoint, or None where there is none.

    A state of another epoch, plan, origin or watermark is left alone.
    """
    kept = cache().get_many([_key(stand)], kind=Kept, levels=LEVELS).get(_key(stand))
    if kept is None or (kept.epoch, kept.plan_digest) != (stand.epoch, runner.plan.digest):
        return None
    if kept.stand_digest != _digest(stand):
        return None
    try:
        runner.restore(kept.state, rows=range(len(stand)))
    except BadSnapshot:
        return None
    return int(kept.unsaved)


def hand_over(states: Iterable[tuple[Stand, Runner, int]]) -> int:
    """Keep the states of a process that ends or lets its shards go; how many."""
    count = 0
    for stand, runner, unsaved in states:
        keep_state(stand, runner, unsaved=unsaved)
        count += 1
    return count


def _key(stand: Stand) -> str:
    return f"state:{stand.progress_id}"


def _digest(stand: Stand) -> str:
    sha = hashlib.sha256()
    for part in (stand.instruments, stand.origins, stand.watermarks):
        sha.update(np.ascontiguousarray(part).tobytes())
    return sha.hexdigest()
