"""The last bars of one instrument, replayed from rows, beside what was published and how it ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from heliograph.engine.exits import SideInputs
from heliograph.market.amendments import amended_since
from heliograph.market.models import Series
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.compiled import Compiled, compiled
from heliograph.signals.errors import CandlesDropped
from heliograph.signals.late_candidates import late_candidates
from heliograph.signals.models import Progress, Signal
from heliograph.signals.rebuild import Rebuilt, rebuild
from heliograph.signals.revisions import Affected, revisions
from heliograph.signals.rows import SIDES
from heliograph.signals.stand import Stand

# So many bars are looked back on; what would take longer to replay than a moment is left alone.
BARS, LONGEST = 300, 300_000


@dataclass(frozen=True, slots=True)
class Compared:
    """How many signals and outcomes were compared, and in words those that a replay gives otherwise."""

    rows: int
    differences: tuple[str, ...]


def look_back(progress: Progress, row: int, *, at: datetime, bars: int = BARS) -> Compared | None:
    """Compare one instrument of a shard. None where it cannot be: nothing was evaluated, its history is too
    long or dropped, or candles were corrected, which revisions tell of. Nothing is written."""
    stand, plan = Stand.of(progress), compiled(progress.version)
    last, origin = int(stand.watermarks[row]), int(stand.origins[row])
    changed = max(last - (bars - 1) * plan.length, origin)
    affected = Affected.read(stand, row, plan, changed=changed)
    if last < origin or (last - origin) // plan.length > LONGEST or _is_corrected(stand, row, plan, affected):
        return None
    try:
        replayed = rebuild(stand, row, plan, since=affected.since)
    except CandlesDropped:
        return None
    rows = list(
        Signal.objects.filter(
            version=stand.version_id,
            instrument=affected.instrument,
            bar_time__range=(to_datetime(changed), to_datetime(last)),
        )
    )
    found = [
        *(
            f"no row at {to_datetime(one.key.time):%Y-%m-%d %H:%M} {SIDES[one.key.side]}"
            for one in late_candidates(stand, row, plan, replayed, changed=changed)
        ),
        *_otherwise(rows, replayed),
        *(f"signal {one.signal_id} ends otherwise" for one in revisions(affected, replayed, plan, at=at)),
    ]
    return Compared(len(rows) + len(affected.signals), tuple(found))


def _is_corrected(stand: Stand, row: int, plan: Compiled, affected: Affected) -> bool:
    """True if a bar that was looked at was corrected, heeded or not."""
    name, instrument = plan.timeframe.name, affected.instrument
    series = Series.objects.filter(instrument=instrument, timeframe=name).first()
    if series is None or series.amendments != int(stand.amendments[row]):
        return True
    amended = amended_since(instruments=[instrument], timeframe=name, seen=stand.amendments[[row]] * 0)
    return int(amended.last[0]) >= affected.since


def _otherwise(rows: list[Signal], replayed: Rebuilt) -> Iterator[str]:
    """Rows whose side does not want to enter in the replay, or with another stop."""
    columns = {int(time): column for column, time in enumerate(replayed.bars.time)}
    for one in rows:
        column = columns.get(to_ms(one.bar_time))
        inputs: SideInputs | None = getattr(replayed.inputs, one.side)
        if column is None or inputs is None or not inputs.enter[0, column] > 0:
            yield f"signal {one.pk} would not be"
        elif one.stop is not None and inputs.stop is not None and inputs.stop[0, column] != one.stop:
            yield f"signal {one.pk} would have another stop"
