"""Candidates that are seen only now that candles came late or were corrected."""

from collections.abc import Iterator

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.exits import Reject, SideInputs
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.checks import Candidate
from heliograph.signals.compiled import Compiled
from heliograph.signals.lives import Key, known
from heliograph.signals.models import Signal
from heliograph.signals.past import SlotPast
from heliograph.signals.rebuild import Rebuilt
from heliograph.signals.rows import SIDES, SignalRow
from heliograph.signals.sentences import TEXTS
from heliograph.signals.stand import Stand


def late_candidates(
    stand: Stand, row: int, compiled: Compiled, rebuilt: Rebuilt, *, changed: int
) -> list[SignalRow]:
    """A rejected row for each bar from `changed` on with a true `enter`, a free slot, and no row yet."""
    found = []
    for sign, name in SIDES.items():
        inputs: SideInputs | None = getattr(rebuilt.inputs, name)
        if inputs is not None:
            for column in _entering(stand, row, compiled, rebuilt, name, changed):
                found.append(_row(stand, row, compiled, rebuilt, sign, column))
    return sorted(found, key=lambda one: (one.key.time, -one.key.side))


def _entering(
    stand: Stand, row: int, compiled: Compiled, rebuilt: Rebuilt, name: str, changed: int
) -> Iterator[int]:
    inputs: SideInputs = getattr(rebuilt.inputs, name)
    ready = 0 if inputs.ready is None else int(inputs.ready[0])
    first = max(ready, int(rebuilt.bars.time.searchsorted(changed)))
    columns = first + np.flatnonzero(inputs.enter[0, first:] > 0)
    if not len(columns):
        return
    version, instrument = stand.version_id, int(stand.instruments[row])
    past = SlotPast.read(
        version=version,
        instrument=instrument,
        side=name,
        times=rebuilt.bars.time,
        fill=compiled.checked.execution.fill,
    )
    stored = _stored(version, instrument, name, since=changed)
    for column in columns.tolist():
        time = int(rebuilt.bars.time[column])
        if time not in stored and past.taken_by(time) is None:
            yield column


def _stored(version: int, instrument: int, side: str, *, since: int) -> set[int]:
    rows = Signal.objects.filter(
        version=version, instrument=instrument, side=side, bar_time__gte=to_datetime(since)
    )
    return {to_ms(moment) for moment in rows.values_list("bar_time", flat=True)}


def _row(stand: Stand, row: int, compiled: Compiled, rebuilt: Rebuilt, sign: int, column: int) -> SignalRow:
    name = SIDES[sign]
    inputs: SideInputs = getattr(rebuilt.inputs, name)
    time = int(rebuilt.bars.time[column])
    candidate = Candidate(
        sign=sign,
        close=float(rebuilt.bars.close[0, column]),
        stop=_at(inputs.stop, column),
        targets=tuple(_at(target, column) for target in inputs.targets),
        confidence=_at(rebuilt.inputs.confidence, column),
    )
    return SignalRow(
        key=Key(row, sign, time),
        instrument=int(stand.instruments[row]),
        published=False,
        reason=Reject.LATE_DATA.value,
        detail=TEXTS[Reject.LATE_DATA],
        close=candidate.close,
        stop=candidate.stop,
        targets=[target for target in candidate.targets if target is not None],
        confidence=candidate.confidence,
        reward_risk=candidate.reward_risk(compiled.checked.sides[name]),
        historical=time <= int(stand.historical_until[row]),
        late=False,
    )


def _at(values: Floats | None, column: int) -> float | None:
    return None if values is None else known(float(values[0, column]))
