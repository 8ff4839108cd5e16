"""The timetable: what is due beside what was rung."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from heliograph.fleet.queries import newest_rings
from heliograph.monitor.measure import Definition, Measure, Rule, known, unknown
from heliograph.monitor.probe import Ground, Probe

LINES = Definition("timetable_lines", "count", "lines of the timetable")
OVERDUE = Definition("timetable_overdue", "count", "lines whose slot has passed and was not rung")
LAG = Definition(
    "timetable_lag_seconds", "seconds", "since the first slot that was due and not rung", Rule(15, 120, True)
)
ALL = (LINES, OVERDUE, LAG)
# A line that was never rung is judged by the slots of this long: it may be new.
LOOKED_BACK = timedelta(minutes=30)
# Beat looks every two seconds.
PATIENCE = timedelta(seconds=5)


def read(ground: Ground) -> Iterator[Measure]:
    """Each line by its own calendar."""
    rung = {ring.name: ring.due_at for ring in newest_rings()}
    if not rung:
        yield from (unknown(one, "nothing was ever rung here; commands need no timetable") for one in ALL)
        return
    lines = ground.timetable()
    lags: dict[str, timedelta] = {}
    for name, following in lines.items():
        since: datetime = following(rung.get(name, ground.at - LOOKED_BACK))
        if ground.at - since > PATIENCE:
            lags[name] = ground.at - since
    worst = max(lags, key=lambda name: lags[name], default="")
    yield known(LINES, len(lines))
    yield known(OVERDUE, len(lags))
    yield known(LAG, lags[worst].total_seconds() if worst else 0, note=worst)


PROBE = Probe("timetable", ALL, read, every=60)
