"""Kernels of averages.

Sums over a window are never carried along by adding the new and taking off the old, which drifts for ever.
The values are cut into segments of n; a window is the head of the running segment plus the tail of the one
before, whose sums were made when it was full. The ring holds what is left of the old segment behind the
values of the new one.
"""

import math

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays, finite, sums_behind

FULL, POSITION, HEAD = 0, 1, 2


@kernel
def sma(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    x, out, n = ins[0], outs[0], int(params[0])
    for i in range(x.shape[0]):
        full, position, head = state[i, FULL], int(state[i, POSITION]), state[i, HEAD]
        ring = state[i, 3:]
        for b in range(x.shape[1]):
            value = x[i, b]
            if value != value:
                out[i, b] = NAN
                continue
            tail = ring[position]
            ring[position] = value
            head += value
            position += 1
            if position == n:
                out[i, b] = finite(head / n)
                sums_behind(ring, n)
                full, position, head = 1.0, 0, 0.0
            else:
                out[i, b] = finite((head + tail) / n) if full == 1.0 else NAN
        state[i, FULL], state[i, POSITION], state[i, HEAD] = full, position, head


@part
def _weighted_sums_behind(ring: Floats, n: int) -> None:
    """Replaces each value by the sum of those after it, weighted by their distance."""
    total, weighted = 0.0, 0.0
    for j in range(n - 1, -1, -1):
        value = ring[j]
        ring[j] = weighted
        total += value
        weighted += total


@kernel
def wma(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    x, out, n = ins[0], outs[0], int(params[0])
    weights = n * (n + 1) / 2.0
    for i in range(x.shape[0]):
        full, position = state[i, FULL], int(state[i, POSITION])
        head, rising = state[i, HEAD], state[i, 3]
        ring = state[i, 4:]
        for b in range(x.shape[1]):
            value = x[i, b]
            if value != value:
                out[i, b] = NAN
                continue
            tail = ring[position]
            ring[position] = value
            position += 1
            head += value
            rising += position * value
            if position == n:
                out[i, b] = finite(rising / weights)
                _weighted_sums_behind(ring, n)
                full, position, head, rising = 1.0, 0, 0.0, 0.0
            else:
                total = (n - position) * head + rising + tail
                out[i, b] = finite(total / weights) if full == 1.0 else NAN
        state[i, FULL], state[i, POSITION] = full, position
        state[i, HEAD], state[i, 3] = head, rising


@kernel
def stddev(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Sums of distances and of their squares: from the first value of the head and from the last of the tail.

    Both are in the window, so that no digits cancel; `last` is where the tail's distances are from.
    """
    x, out, n = ins[0], outs[0], int(params[0])
    for i in range(x.shape[0]):
        full, position = state[i, FULL], int(state[i, POSITION])
        first, last, head, squares = state[i, 2], state[i, 3], state[i, 4], state[i, 5]
        ring, square_ring = state[i, 6 : 6 + n], state[i, 6 + n :]
        for b in range(x.shape[1]):
            value = x[i, b]
            if value != value:
                out[i, b] = NAN
                continue
            if position == 0:
                first = value
            distance = value - first
            tail, square_tail = ring[position], square_ring[position]
            ring[position] = value
            head += distance
            squares += distance * distance
            position += 1
            if position == n:
                out[i, b] = _deviation(head, squares, n)
                _distances_behind(ring, square_ring, n)
                full, position, head, squares, last = 1.0, 0, 0.0, 0.0, value
            elif full == 1.0:
                shift = last - first
                moved = (n - position) * shift
                out[i, b] = _deviation(
                    head + tail + moved, squares + square_tail + shift * (2.0 * tail + moved), n
                )
            else:
                out[i, b] = NAN
        state[i, FULL], state[i, POSITION], state[i, 2] = full, position, first
        state[i, 3], state[i, 4], state[i, 5] = last, head, squares


@part
def _distances_behind(ring: Floats, square_ring: Floats, n: int) -> None:
    """Replaces each value by the sum of the distances of those after it from the last one."""
    total, squares, last = 0.0, 0.0, ring[n - 1]
    for j in range(n - 1, -1, -1):
        distance = ring[j] - last
        ring[j], square_ring[j] = total, squares
        total += distance
        squares += distance * distance


@part
def _deviation(total: float, squares: float, n: int) -> float:
    variance = (squares - total * total / n) / n
    return finite(math.sqrt(variance)) if not variance < 0.0 else 0.0


@part
def _exponential(ins: Arrays, n: int, weight: float, state: Floats, outs: Arrays) -> None:
    x, out = ins[0], outs[0]
    for i in range(x.shape[0]):
        seen, average = state[i, 0], state[i, 1]
        b = 0
        while b < x.shape[1] and seen < n:
            value = x[i, b]
            out[i, b] = NAN
            if value == value:
                average += value
                seen += 1.0
                if seen == n:
                    average /= n
                    out[i, b] = finite(average)
            b += 1
        while b < x.shape[1]:
            value = x[i, b]
            if value == value:
                average += (value - average) * weight
                out[i, b] = finite(average)
            else:
                out[i, b] = NAN
            b += 1
        state[i, 0], state[i, 1] = seen, average


@kernel
def ema(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _exponential(ins, int(params[0]), 2.0 / (params[0] + 1.0), state, outs)


@kernel
def rma(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _exponential(ins, int(params[0]), 1.0 / params[0], state, outs)


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
