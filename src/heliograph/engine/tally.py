"""Adds up finished trades in one pass. Compiled, since numpy would walk the wide rows once for each
figure.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats, Times
from heliograph.engine.compiled import kernel
from heliograph.engine.exits.records import Records, Row
from heliograph.engine.statistics import Totals

TRADES, WINS, R, R_KNOWN, PROFIT, LOSS, RESULT, FEES = range(8)


def totals_of(records: Records) -> Totals:
    """The totals of finished trades."""
    sums = np.zeros(8)
    add_up(records, sums)
    return Totals(
        trades=int(sums[TRADES]),
        wins=int(sums[WINS]),
        r=float(sums[R]),
        r_known=int(sums[R_KNOWN]),
        profit=float(sums[PROFIT]),
        loss=float(sums[LOSS]),
        result=float(sums[RESULT]),
        fees=float(sums[FEES]),
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
def add_up(records: Records, sums: Floats) -> None:
    """Add the trades' figures to `sums`."""
    for k in range(len(records)):
        trade: Row = records[k]
        sums[TRADES] += 1
        sums[RESULT] += trade.return_pct
        sums[FEES] += trade.fees_pct
        if trade.return_pct > 0.0:
            sums[WINS] += 1
            sums[PROFIT] += trade.return_pct
        else:
            sums[LOSS] += trade.return_pct
        if trade.r == trade.r:
            sums[R] += trade.r
            sums[R_KNOWN] += 1


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
