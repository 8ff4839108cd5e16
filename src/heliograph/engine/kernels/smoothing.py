"""Kernels of exponential averages.

Each value depends on the one before, and the processor waits for it. So four stretches are averaged side by
side: four instruments, or four parts of one. A part is begun some way before its first bar, with any value;
if what it has by then is to the last bit what the part before ends with, as it nearly always is, both are
right; else the rest is done again one after the other. The result is that of one after the other in any case.
"""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays, finite, is_gapless

SEEN, AVERAGE = 0, 1
# After so many times 1 / weight bars nothing is left of a beginning but its last bits, if that.
FORGOTTEN = 50.0
LANES = 4


@kernel
def ema(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _exponential(ins[0], params[0], 2.0 / (params[0] + 1.0), state, outs[0])


@kernel
def rma(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _exponential(ins[0], params[0], 1.0 / params[0], state, outs[0])


@inlined
def _exponential(x: Floats, n: float, weight: float, state: Floats, out: Floats) -> None:
    i, count, bars = 0, x.shape[0], x.shape[1]
    run_in = int(FORGOTTEN / weight)
    while i < count:
        if bars > 1 and i + LANES <= count and _are_steady(x, n, state, i):
            _four_rows(x, i, weight, state, out)
            i += LANES
            continue
        if bars > 4 * LANES * run_in and state[i, SEEN] >= n and is_gapless(x[i]):
            state[i, AVERAGE] = _in_four_parts(x[i], weight, run_in, state[i, AVERAGE], out[i])
        else:
            _one_row(x[i], n, weight, state[i], out[i])
        i += 1


@inlined
def _are_steady(x: Floats, n: float, state: Floats, i: int) -> bool:
    """True if the next four rows are past their first n values and without gaps."""
    steady = True
    for row in range(i, i + LANES):
        steady = steady and state[row, SEEN] >= n and is_gapless(x[row])
    return steady


@part
def _four_rows(x: Floats, i: int, weight: float, state: Floats, out: Floats) -> None:
    a, b, c, d = state[i, AVERAGE], state[i + 1, AVERAGE], state[i + 2, AVERAGE], state[i + 3, AVERAGE]
    for k in range(x.shape[1]):
        a += (x[i, k] - a) * weight
        b += (x[i + 1, k] - b) * weight
        c += (x[i + 2, k] - c) * weight
        d += (x[i + 3, k] - d) * weight
        out[i, k], out[i + 1, k], out[i + 2, k], out[i + 3, k] = finite(a), finite(b), finite(c), finite(d)
    state[i, AVERAGE], state[i + 1, AVERAGE], state[i + 2, AVERAGE], state[i + 3, AVERAGE] = a, b, c, d


@part
def _in_four_parts(x: Floats, weight: float, run_in: int, average: float, out: Floats) -> float:
    """The average after the row; every value is known."""
    size = x.size // LANES
    one, two, three, four = x[:size], x[size : 2 * size], x[2 * size : 3 * size], x[3 * size : 4 * size]
    a, b, c, d = average, one[size - run_in], two[size - run_in], three[size - run_in]
    for k in range(size - run_in, size):
        b += (one[k] - b) * weight
        c += (two[k] - c) * weight
        d += (three[k] - d) * weight
    guess_b, guess_c, guess_d = b, c, d
    for k in range(size):
        a += (one[k] - a) * weight
        b += (two[k] - b) * weight
        c += (three[k] - c) * weight
        d += (four[k] - d) * weight
        out[k], out[size + k] = finite(a), finite(b)
        out[2 * size + k], out[3 * size + k] = finite(c), finite(d)
    # A zero has two forms that compare as equal.
    if a == guess_b and b == guess_c and c == guess_d and a * b * c != 0.0:
        return _steady(x[4 * size :], weight, d, out[4 * size :])
    return _steady(x[size:], weight, a, out[size:])


@part
def _steady(x: Floats, weight: float, average: float, out: Floats) -> float:
    for k in range(x.size):
        value = x[k]
        out[k] = NAN
        if value == value:
            average += (value - average) * weight
            out[k] = finite(average)
    return average


@inlined
def _one_row(x: Floats, n: float, weight: float, state: Floats, out: Floats) -> None:
    """Begins with the mean of the first n known values."""
    seen, average, b = state[SEEN], state[AVERAGE], 0
    while b < x.size and seen < n:
        value = x[b]
        out[b] = NAN
        if value == value:
            average += value
            seen += 1.0
            if seen == n:
                average /= n
                out[b] = finite(average)
        b += 1
    state[SEEN], state[AVERAGE] = seen, _steady(x[b:], weight, average, out[b:])


@kernel
def macd(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Both averages begin together: with the mean of the first `slow` values and of their last `quick`."""
    x, line, signal_line, histogram = ins[0], outs[0], outs[1], outs[2]
    quick, slow, signal = params[0], params[1], params[2]
    weight, slow_weight, signal_weight = 2.0 / (quick + 1.0), 2.0 / (slow + 1.0), 2.0 / (signal + 1.0)
    for i in range(x.shape[0]):
        seen, near, far, mean = state[i, 0], state[i, 1], state[i, 2], state[i, 3]
        for b in range(x.shape[1]):
            line[i, b] = signal_line[i, b] = histogram[i, b] = NAN
            value = x[i, b]
            if value != value:
                continue
            if seen >= slow:
                near += (value - near) * weight
                far += (value - far) * slow_weight
            else:
                near, far = _seeded(near, far, value, seen, quick, slow)
            seen += 1.0
            if seen < slow:
                continue
            distance = near - far
            if seen >= slow + signal:
                mean += (distance - mean) * signal_weight
                seen = slow + signal
            else:
                mean += distance
                if seen < slow + signal - 1.0:
                    continue
                mean /= signal
            line[i, b], signal_line[i, b] = finite(distance), finite(mean)
            histogram[i, b] = finite(distance - mean)
        state[i, 0], state[i, 1], state[i, 2], state[i, 3] = seen, near, far, mean


@part
def _seeded(
    near: float, far: float, value: float, seen: float, quick: float, slow: float
) -> tuple[float, float]:
    if seen >= slow - quick:
        near += value
    far += value
    if seen == slow - 1.0:
        return near / quick, far / slow
    return near, far
