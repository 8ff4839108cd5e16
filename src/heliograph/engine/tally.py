"""Adds up finished trades in one pass. Compiled."""

import numpy as np

from heliograph.engine.compiled import kernel
from heliograph.engine.exits.records import Records
from heliograph.engine.bars import Floats, Times
from heliograph.engine.statistics import Totals

TRADES, WINS, R, R_KNOWN, PROFIT, LOSS, RESULT, FEES = range(8)


def tally(records: Records, time: Times, flow: Floats) -> Totals:
    """The totals of finished trades; their results are added to `flow` float64[B] at the bars `time` of their exits."""
    sums = np.zeros(8)
    add_up(records, time, flow, sums)
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


@kernel
def add_up(records, time, flow, sums):
    """One pass over the trades; `time` is searched from where a steady pace would put the exit."""
    pace = (time[-1] - time[0]) / max(len(time) - 1, 1)
    for k in range(len(records)):
        trade = records[k]
        result = trade.return_pct
        sums[TRADES] += 1
        sums[RESULT] += result
        sums[FEES] += trade.fees_pct
        if result > 0.0:
            sums[WINS] += 1
            sums[PROFIT] += result
        else:
            sums[LOSS] += result
        if trade.r == trade.r:
            sums[R] += trade.r
            sums[R_KNOWN] += 1
        place = int((trade.exit_time - time[0]) / pace + 0.5) if pace > 0 else 0
        if time[min(place, len(time) - 1)] != trade.exit_time:
            place = np.searchsorted(time, trade.exit_time)
        flow[place] += result
