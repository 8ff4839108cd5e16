"""Stores a step: everything in one transaction behind the fence, or nothing."""

import json
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import TypeAlias

from django.db import connection, transaction

from heliograph.engine.exits import REJECTS
from heliograph.market.wire import literal, to_datetime, to_ms
from heliograph.signals.admit import Judged
from heliograph.signals.announce import tell
from heliograph.signals.block import digest, exist
from heliograph.signals.changed import tell_of_change
from heliograph.signals.checkpoints import save_checkpoint
from heliograph.signals.compiled import Compiled
from heliograph.signals.due import Due
from heliograph.signals.errors import LostFence
from heliograph.signals.generated import Generated
from heliograph.signals.lives import Key, gather, known
from heliograph.signals.models import Outcome
from heliograph.signals.revisions import revise_ended
from heliograph.signals.rows import SignalRow, continue_outcomes, insert_signals
from heliograph.signals.sentences import rejection
from heliograph.signals.stand import Stand
from heliograph.signals.state import ShardState
from heliograph.signals.step import Step

Facts: TypeAlias = dict[str, str | bytes | int | float | datetime | None]

# A new process replays at most about so many bars of a shard; what that costs is a second or two.
CHECKPOINT_CELLS = 2_000_000
CHECKPOINT_COLUMNS = 256

MOVE = """
UPDATE signals_progress
SET epoch = epoch + 1, updated_at = %(at)s, slots = %(slots)s,
    watermarks = coalesce(%(watermarks)s::bigint[], watermarks),
    amendments = coalesce(%(amendments)s::bigint[], amendments)
WHERE id = %(id)s AND epoch = %(epoch)s
"""
# Who was moved to another stage or share between the reading of its row and that of its shard's row has lost
# the fence too: it would tell, or begin, what is no longer its own.
EVALUATED = f"""
WITH moved AS ({MOVE} AND EXISTS (
    SELECT FROM signals_strategyversion AS version
    WHERE version.id = version_id AND stage = %(stage)s AND share_from = %(from)s AND share_to = %(to)s
) RETURNING id, version_id)
INSERT INTO signals_evaluation
    (progress_id, version_id, kind, first_bar, last_bar, instruments, bars, published, rejected, settled,
     passed_over, inputs_digest, started_at, duration_ms, mode, gates, reason)
SELECT id, version_id, 'advance', %(first)s, %(last)s, %(instruments)s, %(bars)s, %(published)s, %(rejected)s,
       %(settled)s, %(passed_over)s, %(inputs)s, %(at)s, %(ms)s, %(mode)s, %(gates)s::jsonb, %(reason)s
FROM moved
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step is stored: now, the time at the venue, and when its work began (of `perf_counter`).

    `judged` is what the gates said that let it be.
    """

    at: datetime
    clock: datetime
    began: float
    judged: Judged


def store_step(
    state: ShardState,
    step: Step,
    *,
    due: Due,
    passed_over: int,
    is_last: bool,
    moment: Moment,
) -> Generated:
    """Writes what a step brought; LostFence, and nothing written, if the shard is no longer at this epoch."""
    stand, compiled = state.stand, due.compiled
    after = stand.moved(watermarks=step.watermarks, slots=state.exits.slots())
    lives = gather(step.events, alert_only=compiled.checked.alert_only)
    rows = signal_rows(step, stand, compiled, clock=moment.clock)
    begun = {row.key for row in rows if row.published}
    told = Generated(
        evaluations=1,
        bars=int(exist(step.block).sum()),
        published=len(begun),
        rejected=len(rows) - len(begun),
        settled=sum(life.state == Outcome.State.SETTLED for life in lives.values()),
        passed_over=passed_over,
    )
    continued = [(key, life) for key, life in lives.items() if key not in begun]
    version, at, instruments = stand.version_id, moment.at, stand.instruments.tolist()
    with transaction.atomic():
        _fenced(EVALUATED, _moved(stand, after, at=at) | _judged(due) | _evaluated(step, told, moment))
        insert_signals(rows, lives, version=version, at=at)
        amended = continue_outcomes(continued, instruments=instruments, version=version, at=at)
        tell(due.version, rows, lives.items(), instruments=instruments, at=at)
        # Behind the notices of their ends, which it revises.
        told += Generated(revised=revise_ended(amended, after, compiled, at=at) if amended else 0)
        state.stand = after
        state.unsaved += len(step.block)
        if _is_due(state, is_last=is_last):
            save_checkpoint(state.runner, after, at=at)
            state.unsaved = 0
    state.is_sound = True
    return told


def move(before: Stand, after: Stand, *, at: datetime) -> None:
    """The fence: the row goes from one epoch to the next, or LostFence; only what changed is written."""
    _fenced(MOVE, _moved(before, after, at=at))


def _fenced(statement: str, facts: Facts) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        if cursor.rowcount != 1:
            raise LostFence
    tell_of_change()


def _moved(before: Stand, after: Stand, *, at: datetime) -> Facts:
    is_same = before.amendments is after.amendments and not before.is_unwritten
    return {
        "id": before.progress_id,
        "epoch": before.epoch,
        "watermarks": None if before.watermarks is after.watermarks else literal(after.watermarks),
        "amendments": None if is_same else literal(after.amendments),
        "slots": after.slots.tobytes(),
        "at": at,
    }


def signal_rows(step: Step, stand: Stand, compiled: Compiled, *, clock: datetime) -> list[SignalRow]:
    """The candidates of a step as rows."""
    oldest = to_ms(clock) - compiled.checked.max_age * compiled.length
    historical = stand.historical_until[step.events.candidates["instrument"]]
    return [
        _signal_row(candidate, stand, compiled, is_old=candidate["bar_time"] <= until, oldest=oldest)
        for candidate, until in zip(step.events.candidates, historical.tolist(), strict=True)
    ]


def _signal_row(candidate, stand: Stand, compiled: Compiled, *, is_old: bool, oldest: int) -> SignalRow:
    row, side, time = (int(candidate[name]) for name in ("instrument", "side", "bar_time"))
    reason = REJECTS[candidate["reason"]]
    targets = [float(candidate[name]) for name in ("target1", "target2", "target3")]
    confidence, reward_risk = known(float(candidate["confidence"])), known(float(candidate["reward_risk"]))
    return SignalRow(
        key=Key(row, side, time),
        instrument=int(stand.instruments[row]),
        published=reason is None,
        reason=reason or "",
        detail="" if reason is None else _detail(reason, compiled, confidence, reward_risk),
        close=float(candidate["close"]),
        stop=known(float(candidate["stop"])),
        targets=[target for target in targets if target == target],
        confidence=confidence,
        reward_risk=reward_risk,
        historical=bool(is_old),
        late=not is_old and compiled.timeframe.end(time) < oldest,
    )


def _detail(reason: str, compiled: Compiled, confidence: float | None, reward_risk: float | None) -> str:
    filters = compiled.checked.filters
    return rejection(
        reason,
        confidence=confidence,
        reward_risk=reward_risk,
        least_confidence=filters.min_confidence,
        least_reward_risk=filters.min_reward_risk,
        cooldown=filters.cooldown,
    )


def _judged(due: Due) -> Facts:
    """What the version was when its shard was read."""
    version = due.version
    return {"stage": version.stage, "from": version.share_from, "to": version.share_to}


def _evaluated(step: Step, told: Generated, moment: Moment) -> Facts:
    return {
        "first": to_datetime(step.block.time[0]),
        "last": to_datetime(step.block.time[-1]),
        "instruments": int(exist(step.block).any(axis=1).sum()),
        "bars": told.bars,
        "published": told.published,
        "rejected": told.rejected,
        "settled": told.settled,
        "passed_over": told.passed_over,
        "inputs": digest(step.block),
        "ms": 1000 * (perf_counter() - moment.began),
        "mode": moment.judged.mode,
        "gates": json.dumps(moment.judged.gates),
        "reason": moment.judged.reason,
    }


def _is_due(state: ShardState, *, is_last: bool) -> bool:
    """A checkpoint is worth its bytes after much work, or at the end of a catch-up."""
    if state.unsaved * len(state.stand) >= CHECKPOINT_CELLS:
        return True
    return is_last and state.unsaved >= CHECKPOINT_COLUMNS
