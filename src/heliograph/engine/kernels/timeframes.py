"""Kernels that build the bars of a higher timeframe and show what was made of them on the bars below."""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, kernel
from heliograph.engine.kernels.parts import NAN, Arrays

DAY = 86_400_000
OPEN, START, END, SHOWN, BEGUN = 0, 1, 2, 3, 4
FIELDS = 5


@inlined
def _month_start(day: int) -> int:
    """The day (since 1970) of the first of the month of `day`, by Hinnant's civil calendar."""
    shifted = day + 719_468
    day_of_era = shifted % 146_097
    year = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    month = (5 * day_of_year + 2) // 153
    return day - (day_of_year - (153 * month + 2) // 5)


@inlined
def _period(time: int, length: int, offset: int) -> tuple[int, int]:
    """Start and end of the period that holds `time`; a length of 0 is a month."""
    if length > 0:
        start = (time - offset) // length * length + offset
        return start, start + length
    start = _month_start(time // DAY)
    return start * DAY, _month_start(start + 31) * DAY


@inlined
def _begin(state: Floats, time: int, length: int, offset: int) -> None:
    start, end = _period(time, length, offset)
    # Only the first period of an instrument can have begun before its bars did.
    state[SHOWN] = 1.0 if state[BEGUN] == 1.0 or time == start else 0.0
    state[OPEN], state[BEGUN] = 1.0, 1.0
    state[START], state[END] = float(start), float(end)


@inlined
def _emit(state: Floats, outs: Arrays, i: int, b: int, where: float) -> None:
    """Appends the finished bar to row i, as one that is seen at bar b."""
    state[OPEN] = 0.0
    if state[SHOWN] == 0.0:
        return
    counts = outs[8]
    at = int(counts[i, 0])
    counts[i, 0] = at + 1.0
    outs[0][i, at], outs[1][i, at], outs[2][i, at] = state[START], where, float(b)
    outs[3][i, at], outs[4][i, at], outs[5][i, at] = state[FIELDS], state[FIELDS + 1], state[FIELDS + 2]
    outs[6][i, at], outs[7][i, at] = state[FIELDS + 3], state[FIELDS + 4]


@inlined
def _take(state: Floats, ins: Arrays, i: int, b: int, is_first: bool) -> None:
    """Adds bar b to the period's bar."""
    high, low = ins[3][i, b], ins[4][i, b]
    if is_first:
        state[FIELDS], state[FIELDS + 1], state[FIELDS + 2] = ins[2][i, b], high, low
        state[FIELDS + 4] = ins[6][i, b]
    else:
        state[FIELDS + 1] = high if high > state[FIELDS + 1] else state[FIELDS + 1]
        state[FIELDS + 2] = low if low < state[FIELDS + 2] else state[FIELDS + 2]
        state[FIELDS + 4] += ins[6][i, b]
    state[FIELDS + 3] = ins[5][i, b]


@kernel
def resample(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Bars of the next timeframe: from `ins`, time, where, open to volume, to `outs`, time, where, seen,
    open to volume, counts.

    `params` are the length of a period, its offset, and the length of a bar, in ms. Row i of the outputs
    holds the counts[i] periods that become visible in this block, and NaN behind; `seen` is the bar at which.
    """
    length, offset, bar = int(params[0]), int(params[1]), int(params[2])
    close, counts = ins[5], outs[8]
    for i in range(close.shape[0]):
        counts[i, 0] = 0.0
        kept = state[i]
        time_row, where_row = min(i, ins[0].shape[0] - 1), min(i, ins[1].shape[0] - 1)
        for b in range(close.shape[1]):
            if close[i, b] != close[i, b]:
                continue
            time, where = int(ins[0][time_row, b]), ins[1][where_row, b]
            if kept[OPEN] == 1.0 and time >= int(kept[END]):
                _emit(kept, outs, i, b, where)
            is_first = kept[OPEN] == 0.0
            if is_first:
                _begin(kept, time, length, offset)
            _take(kept, ins, i, b, is_first)
            if time + bar >= int(kept[END]):
                _emit(kept, outs, i, b, where)
        for at in range(int(counts[i, 0]), outs[0].shape[1]):
            outs[3][i, at] = outs[4][i, at] = outs[5][i, at] = outs[6][i, at] = outs[7][i, at] = NAN
            outs[0][i, at] = outs[1][i, at] = outs[2][i, at] = NAN


@kernel
def hold(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Shows each value from the bar on at which its period is seen; `ins` are value, seen, counts, close."""
    value, seen, counts, close, out = ins[0], ins[1], ins[2], ins[3], outs[0]
    for i in range(close.shape[0]):
        held = state[i, 1] if state[i, 0] == 1.0 else NAN
        at, count = 0, int(counts[i, 0])
        for b in range(close.shape[1]):
            while at < count and int(seen[i, at]) == b:
                held = value[i, at]
                at += 1
            out[i, b] = held if close[i, b] == close[i, b] else NAN
        state[i, 0], state[i, 1] = 1.0, held


@kernel
def first_known(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Notes the first bar at which a value that has never been known is."""
    value, where, first = ins[0], ins[1], outs[0]
    for i in range(value.shape[0]):
        if state[i, 0] == 1.0:
            continue
        row = min(i, where.shape[0] - 1)
        for b in range(value.shape[1]):
            if value[i, b] == value[i, b]:
                first[i, 0], state[i, 0] = where[row, b], 1.0
                break
