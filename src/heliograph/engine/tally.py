"""Adds up finished trades in one pass. Compiled, since numpy would walk the wide rows once for each
figure.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats, Times
from heliograph.engine.compiled import kernel
from heliograph.engine.exits.records import Records, Row
from heliograph.engine.performance.summary import Totals

TRADES, WINS, R, R_KNOWN, PROFIT, LOSS, RESULT, FEES = range(8)


def sums_of(chunks: Sequence[Records], *, first: int, instruments: int) -> Floats:
    """The sums of each instrument's finished trades, float64[N, 8]; the instruments count from `first`.

    Each instrument's own are added in the order in which they ended, so that they do not depend on who
    else was advanced with it.
    """
    sums = np.zeros((instruments, 8))
    for chunk in chunks:
        add_up(chunk, first, sums)
    return sums


def totals_of(sums: Floats) -> Totals:
    """The totals of such sums, instrument after instrument."""
    total = np.cumsum(sums, axis=0)[-1] if len(sums) else np.zeros(8)
    return Totals(
        trades=int(total[TRADES]),
        wins=int(total[WINS]),
        r=float(total[R]),
        r_known=int(total[R_KNOWN]),
        profit=float(total[PROFIT]),
        loss=float(total[LOSS]),
        result=float(total[RESULT]),
        fees=float(total[FEES]),
    )


def results_by_exit(chunks: Sequence[Records], time: Times) -> tuple[Times, Floats]:
    """The opens of the bars, among `time`, at which trades ended, and the sum of their return_pct at each."""
    ends = {int(chunk["instrument"][k]) for chunk in chunks if len(chunk) for k in (0, -1)}
    if len(ends) == 1:
        times = np.concatenate([chunk["exit_time"] for chunk in chunks])
        first = np.flatnonzero(np.concatenate(([True], times[1:] != times[:-1])))
        return times[first], np.add.reduceat(np.concatenate([chunk["return_pct"] for chunk in chunks]), first)
    flow, ended = np.zeros(len(time)), np.zeros(len(time), dtype=np.bool_)
    for chunk in chunks:
        pour(chunk, time, flow, ended)
    return time[ended], flow[ended]


@kernel
def add_up(records: Records, first: int, sums: Floats) -> None:
    """Add the trades' figures to those of their instruments in `sums`."""
    for k in range(len(records)):
        trade: Row = records[k]
        own = sums[trade.instrument - first]
        own[TRADES] += 1
        own[RESULT] += trade.return_pct
        own[FEES] += trade.fees_pct
        if trade.return_pct > 0.0:
            own[WINS] += 1
            own[PROFIT] += trade.return_pct
        else:
            own[LOSS] += trade.return_pct
        if trade.r == trade.r:
            own[R] += trade.r
            own[R_KNOWN] += 1


@kernel
def pour(records: Records, time: Times, flow: Floats, ended: npt.NDArray[np.bool_]) -> None:
    """Add each trade's result to `flow` at the bar of its exit, found from where a steady pace would put
    it.
    """
    pace = (time[-1] - time[0]) / max(len(time) - 1, 1)
    for k in range(len(records)):
        trade: Row = records[k]
        exit_time = trade.exit_time
        place = int((exit_time - time[0]) / pace + 0.5) if pace > 0 else 0
        if time[min(place, len(time) - 1)] != exit_time:
            place = np.searchsorted(time, exit_time)
        flow[place] += trade.return_pct
        ended[place] = True
