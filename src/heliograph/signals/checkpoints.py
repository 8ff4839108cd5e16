"""Engine states in rows, so that a new process need not replay a shard from its origin."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from heliograph.engine.bars import Times
from heliograph.engine.errors import BadSnapshot
from heliograph.engine.runner import Runner
from heliograph.signals.dropped import refuse_dropped
from heliograph.signals.models import Checkpoint
from heliograph.signals.stand import Stand

# Older ones serve corrections that reach further back.
KEPT = 4


def save_checkpoint(runner: Runner, stand: Stand, *, at: datetime) -> None:
    """Keeps the state at the stand's watermarks, and drops the oldest ones."""
    state = runner.snapshot()
    Checkpoint.objects.create(
        progress_id=stand.progress_id,
        instruments=stand.instruments.tolist(),
        watermarks=stand.watermarks.tolist(),
        digest=_digest(stand.instruments, stand.origins, stand.watermarks, state),
        plan_digest=runner.plan.digest,
        state=state,
        created_at=at,
    )
    newest = Checkpoint.objects.filter(progress_id=stand.progress_id).order_by("-pk")
    Checkpoint.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[KEPT:])).delete()


def restore_newest(runner: Runner, stand: Stand, *, row: int | None = None, before: int = 0) -> Times:
    """Puts the newest good checkpoint into a fresh runner; returns the bar that each instrument has reached.

    Where none fits, and for instruments that joined after it, that is the origin less one. A checkpoint fits
    if it is of this plan, not ahead of the watermarks, and unharmed; with `row`, if that row has not reached
    `before`. CandlesDropped where what would be replayed from there is not stored any more.
    """
    for found in Checkpoint.objects.filter(progress_id=stand.progress_id).order_by("-pk"):
        reached = _reached(found, stand)
        fits = found.plan_digest == runner.plan.digest and bool((reached <= stand.watermarks).all())
        if fits and (row is None or reached[row] < before) and _restored(runner, stand, found):
            return refuse_dropped(stand, reached, row=row)
    return refuse_dropped(stand, stand.origins - 1, row=row)


def _reached(found: Checkpoint, stand: Stand) -> Times:
    """The bar that each instrument has reached in a checkpoint; those that it knows come first."""
    reached = stand.origins - 1
    reached[: len(found.watermarks)] = found.watermarks
    return reached


def _restored(runner: Runner, stand: Stand, found: Checkpoint) -> bool:
    state, count = bytes(found.state), len(found.instruments)
    reached = np.array(found.watermarks, dtype=np.int64)
    if _digest(stand.instruments[:count], stand.origins[:count], reached, state) != found.digest:
        return False
    try:
        runner.restore(state, rows=range(count))
    except BadSnapshot:
        return False
    return True


def drop_checkpoints(stand: Stand, *, rows: Sequence[int], changed: Sequence[int]) -> None:
    """Forgets the checkpoints that have seen a bar at or behind `changed` (ms) of one of these rows."""
    for found in Checkpoint.objects.filter(progress_id=stand.progress_id).defer("state"):
        reached = dict(zip(found.instruments, found.watermarks, strict=True))
        if any(
            reached.get(int(stand.instruments[row]), -1) >= first
            for row, first in zip(rows, changed, strict=True)
        ):
            found.delete()


def _digest(instruments: Times, origins: Times, watermarks: Times, state: bytes) -> str:
    sha = hashlib.sha256(state)
    for part in (instruments, origins, watermarks):
        sha.update(part.tobytes())
    return sha.hexdigest()
