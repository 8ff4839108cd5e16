"""Late and corrected candles: what they change, and what they must not.

Indicator state is rebuilt; slots, cooldowns, levels and all that was published stay as the rows say.
Candidates that are first seen now are rejected, and a settled outcome that would now differ gets a revision.
"""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import perf_counter

import numpy as np
from django.db import transaction
from django.db.models.functions import Coalesce, Least

from heliograph.engine.bars import Times
from heliograph.engine.runner import Runner
from heliograph.market.amendments import amended_since
from heliograph.market.wire import to_datetime
from heliograph.signals.block import digest
from heliograph.signals.checkpoints import drop_checkpoints
from heliograph.signals.due import Due
from heliograph.signals.errors import CandlesDropped
from heliograph.signals.generated import Generated
from heliograph.signals.late_candidates import late_candidates
from heliograph.signals.models import Evaluation, Outcome, OutcomeRevision
from heliograph.signals.rebuild import Rebuilt, rebuild
from heliograph.signals.revisions import Affected, revisions, store_revisions
from heliograph.signals.rows import SignalRow, insert_signals
from heliograph.signals.stand import Stand
from heliograph.signals.state import ShardState
from heliograph.signals.store import move

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Consequences:
    """What the amendments of a shard bring."""

    candidates: list[SignalRow] = field(default_factory=list)
    revisions: list[OutcomeRevision] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)


def heed_amendments(state: ShardState, due: Due, *, at: datetime) -> Generated:
    """Rebuilds the indicators of rows whose past was amended and stores what follows, behind the fence.

    Amendments of bars before the origin, or behind the watermark, change nothing that was evaluated.
    """
    stand = state.stand
    rows, changed = _amended_rows(due)
    if not len(rows) and due.behind.any():
        # The step that comes next writes their numbers.
        state.stand = replace(stand, amendments=due.amendments, is_unwritten=True)
        return Generated()
    state.is_sound = not len(rows)
    state.stand, told = _store(stand, due, rows, changed, at=at, runner=state.runner)
    state.is_sound = True
    return told


def heed_after_the_end(due: Due, *, at: datetime) -> Generated:
    """The same for a retired version in which nothing is open: its outcomes are revised, and no state is
    needed for what comes."""
    rows, changed = _amended_rows(due)
    return _store(due.stand, due, rows, changed, at=at)[1]


def _store(
    stand: Stand, due: Due, rows: Times, changed: Times, *, at: datetime, runner: Runner | None = None
) -> tuple[Stand, Generated]:
    """Stores what the amendments of these rows bring; a `runner` is given the state of each rebuilt row."""
    found = Consequences()
    after = replace(stand, epoch=stand.epoch + 1, amendments=due.amendments, is_unwritten=False)
    with transaction.atomic():
        heeded: dict[int, int] = {}
        for row, since in zip(rows.tolist(), changed.tolist(), strict=True):
            try:
                rebuilt = _heed(stand, row, due, since, found, at=at)
            except CandlesDropped:
                # It stays as it was known: what would tell it otherwise is not stored any more.
                log.warning("A correction behind what was dropped is not heeded: %s", stand.instruments[row])
                continue
            heeded[row] = since
            if runner:
                runner.restore(rebuilt.state, rows=[row])
        drop_checkpoints(stand, rows=list(heeded), changed=list(heeded.values()))
        move(stand, after, at=at)
        insert_signals(found.candidates, {}, version=stand.version_id, at=at)
        store_revisions(found.revisions)
        Evaluation.objects.bulk_create(found.evaluations)
    return after, Generated(late_data=len(found.candidates), revised=len(found.revisions))


def _amended_rows(due: Due) -> tuple[Times, Times]:
    """The rows whose evaluated bars were amended, and the earliest such bar of each."""
    stand, rows = due.stand, np.flatnonzero(due.amended)
    amended = amended_since(
        instruments=stand.instruments[rows].tolist(),
        timeframe=due.compiled.timeframe.name,
        seen=stand.amendments[rows],
    )
    concerns = (amended.first <= stand.watermarks[rows]) & (amended.last >= stand.origins[rows])
    return rows[concerns], np.maximum(amended.first, stand.origins[rows])[concerns]


def _heed(stand: Stand, row: int, due: Due, changed: int, found: Consequences, *, at: datetime) -> Rebuilt:
    """What the amendments of one row bring, put to what was found; returns the rebuilt row."""
    began, compiled = perf_counter(), due.compiled
    affected = Affected.read(stand, row, compiled, changed=changed)
    rebuilt = rebuild(stand, row, compiled, since=affected.since)
    candidates = late_candidates(stand, row, compiled, rebuilt, changed=changed) if due.enters else []
    found.candidates += candidates
    found.revisions += revisions(affected, rebuilt, compiled, at=at)
    _mark_running(stand, row, changed)
    found.evaluations.append(
        _evaluation(stand, rebuilt, changed, rejected=len(candidates), at=at, began=began)
    )
    return rebuilt


def _mark_running(stand: Stand, row: int, changed: int) -> None:
    """What still runs is lived again when it has ended: only then is there an outcome to compare."""
    since = to_datetime(changed)
    running = Outcome.objects.filter(
        signal__version=stand.version_id,
        signal__instrument=int(stand.instruments[row]),
        state__in=Outcome.RUNNING,
    )
    running.update(amended_from=Least(Coalesce("amended_from", since), since))


def _evaluation(
    stand: Stand, rebuilt: Rebuilt, changed: int, *, rejected: int, at: datetime, began: float
) -> Evaluation:
    times = rebuilt.bars.time[rebuilt.bars.time >= changed]
    return Evaluation(
        progress_id=stand.progress_id,
        version_id=stand.version_id,
        kind=Evaluation.Kind.CORRECTION,
        first_bar=to_datetime(changed),
        last_bar=to_datetime(int(times[-1]) if len(times) else changed),
        instruments=1,
        bars=len(times),
        published=0,
        rejected=rejected,
        settled=0,
        inputs_digest=digest(rebuilt.bars),
        started_at=at,
        duration_ms=1000 * (perf_counter() - began),
    )
