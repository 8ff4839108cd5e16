"""Kernels of averages over a window.

Sums over a window are never carried along by adding the new and taking off the old, which drifts for ever.
The values are cut into segments of n; a window is the head of the running segment plus the tail of the one
before, whose sums were made when it was full. The ring holds what is left of the old segment behind the
values of the new one. In long rows whole segments are gone through at once, with the same sums.
"""

import math

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays, finite, is_long

FULL, POSITION, HEAD = 0, 1, 2


@inlined
def sums_behind(values: Floats, tails: Floats) -> None:
    """For each value the sum of those after it; `tails` may be the values themselves."""
    total = 0.0
    for j in range(values.size - 1, -1, -1):
        value = values[j]
        tails[j] = total
        total += value


@kernel
def sma(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    for i in range(ins[0].shape[0]):
        _sma(ins[0][i], int(params[0]), state[i], outs[0][i])


@inlined
def _sma(x: Floats, n: int, state: Floats, out: Floats) -> None:
    if is_long(x, n):
        _sma_of_long(x, n, state, out)
    else:
        _sma_here(x, n, state, out)


@part
def _sma_of_long(x: Floats, n: int, state: Floats, out: Floats) -> None:
    start, stop = whole_segments(x, n, state)
    _sma_apart(x[:start], n, state, out[:start])
    tails = state[3:]
    for b in range(start, stop, n):
        segment, sums = x[b : b + n], out[b : b + n]
        head = 0.0
        for j in range(n):
            head += segment[j]
            sums[j] = head + tails[j]
        sums_behind(segment, tails)
    means = out[start:stop]
    for k in range(means.size):
        means[k] = finite(means[k] / n)
    _sma_apart(x[stop:], n, state, out[stop:])


@inlined
def whole_segments(x: Floats, n: int, state: Floats) -> tuple[int, int]:
    """Where the first whole segment begins that has one before it, and where the last one ends."""
    is_begun = state[POSITION] > 0.0 or state[FULL] == 0.0
    start = n - int(state[POSITION]) if is_begun else 0
    return start, start + (x.size - start) // n * n


def _sma_bars(x: Floats, n: int, state: Floats, out: Floats) -> None:
    full, position, head, ring = state[FULL], int(state[POSITION]), state[HEAD], state[3:]
    for b in range(x.size):
        value = x[b]
        if value != value:
            out[b] = NAN
            continue
        head += value
        total = head + ring[position]
        ring[position] = value
        position += 1
        out[b] = finite(total / n) if full == 1.0 or position == n else NAN
        if position == n:
            sums_behind(ring, ring)
            full, position, head = 1.0, 0, 0.0
    state[FULL], state[POSITION], state[HEAD] = full, position, head


_sma_here, _sma_apart = inlined(_sma_bars), part(_sma_bars)


@inlined
def _weighted_sums_behind(values: Floats, tails: Floats) -> None:
    """For each value the sum of those after it, weighted by their distance."""
    total, weighted = 0.0, 0.0
    for j in range(values.size - 1, -1, -1):
        value = values[j]
        tails[j] = weighted
        total += value
        weighted += total


@kernel
def wma(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    for i in range(ins[0].shape[0]):
        _wma(ins[0][i], int(params[0]), state[i], outs[0][i])


@inlined
def _wma(x: Floats, n: int, state: Floats, out: Floats) -> None:
    if is_long(x, n):
        _wma_of_long(x, n, state, out)
    else:
        _wma_here(x, n, state, out)


@part
def _wma_of_long(x: Floats, n: int, state: Floats, out: Floats) -> None:
    start, stop = whole_segments(x, n, state)
    _wma_apart(x[:start], n, state, out[:start])
    tails = state[4:]
    for b in range(start, stop, n):
        segment, sums = x[b : b + n], out[b : b + n]
        head, rising, weight = 0.0, 0.0, 0.0
        for j in range(n):
            weight += 1.0
            head += segment[j]
            rising += weight * segment[j]
            sums[j] = (n - weight) * head + rising + tails[j]
        _weighted_sums_behind(segment, tails)
    means, weights = out[start:stop], n * (n + 1) / 2.0
    for k in range(means.size):
        means[k] = finite(means[k] / weights)
    _wma_apart(x[stop:], n, state, out[stop:])


def _wma_bars(x: Floats, n: int, state: Floats, out: Floats) -> None:
    full, position, head, rising, ring = state[FULL], int(state[POSITION]), state[HEAD], state[3], state[4:]
    weights = n * (n + 1) / 2.0
    for b in range(x.size):
        value = x[b]
        if value != value:
            out[b] = NAN
            continue
        tail = ring[position]
        ring[position] = value
        position += 1
        head += value
        rising += position * value
        total = (n - position) * head + rising + tail
        out[b] = finite(total / weights) if full == 1.0 or position == n else NAN
        if position == n:
            _weighted_sums_behind(ring, ring)
            full, position, head, rising = 1.0, 0, 0.0, 0.0
    state[FULL], state[POSITION], state[HEAD], state[3] = full, position, head, rising


_wma_here, _wma_apart = inlined(_wma_bars), part(_wma_bars)


@kernel
def stddev(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Sums of distances and of their squares: from the first value of the head and from the last of the tail.

    Both are in the window, so that no digits cancel; `last` is where the tail's distances are from.
    """
    for i in range(ins[0].shape[0]):
        _stddev(ins[0][i], int(params[0]), state[i], outs[0][i])


@inlined
def _stddev(x: Floats, n: int, state: Floats, out: Floats) -> None:
    if is_long(x, n):
        _stddev_of_long(x, n, state, out)
    else:
        _stddev_here(x, n, state, out)


@part
def _stddev_of_long(x: Floats, n: int, state: Floats, out: Floats) -> None:
    start, stop = whole_segments(x, n, state)
    _stddev_apart(x[:start], n, state, out[:start])
    last, share, tails, square_tails = state[3], 1.0 / n, state[6 : 6 + n], state[6 + n :]
    for b in range(start, stop, n):
        segment, variances = x[b : b + n], out[b : b + n]
        first, head, squares, behind = segment[0], 0.0, 0.0, float(n)
        for j in range(n):
            behind -= 1.0
            distance = segment[j] - first
            head += distance
            squares += distance * distance
            variances[j] = _variance(head, squares, tails[j], square_tails[j], last - first, behind, share)
        last = segment[n - 1]
        _distances_behind(segment, tails, square_tails)
    state[3] = last
    deviations = out[start:stop]
    for k in range(deviations.size):
        deviations[k] = _root(deviations[k])
    _stddev_apart(x[stop:], n, state, out[stop:])


def _stddev_bars(x: Floats, n: int, state: Floats, out: Floats) -> None:
    full, position, first, last = state[FULL], int(state[POSITION]), state[2], state[3]
    head, squares, ring, square_ring = state[4], state[5], state[6 : 6 + n], state[6 + n :]
    share = 1.0 / n
    for b in range(x.size):
        value = x[b]
        if value != value:
            out[b] = NAN
            continue
        first = value if position == 0 else first
        distance = value - first
        head += distance
        squares += distance * distance
        tail, square_tail = ring[position], square_ring[position]
        ring[position] = value
        position += 1
        variance = _variance(head, squares, tail, square_tail, last - first, float(n - position), share)
        out[b] = _root(variance) if full == 1.0 or position == n else NAN
        if position == n:
            _distances_behind(ring, ring, square_ring)
            full, position, head, squares, last = 1.0, 0, 0.0, 0.0, value
    state[FULL], state[POSITION], state[2], state[3] = full, position, first, last
    state[4], state[5] = head, squares


_stddev_here, _stddev_apart = inlined(_stddev_bars), part(_stddev_bars)


@inlined
def _root(variance: float) -> float:
    """The deviation; rounding may have made nothing less than nothing."""
    return 0.0 if variance < 0.0 else finite(math.sqrt(variance))


@inlined
def _variance(
    head: float, squares: float, tail: float, square_tail: float, shift: float, behind: float, share: float
) -> float:
    """Of a head, and a tail of `behind` values with distances from `shift` further on; `share` is 1 / n."""
    moved = behind * shift
    total = head + tail + moved
    return (squares + square_tail + shift * (2.0 * tail + moved) - total * total * share) * share


@inlined
def _distances_behind(values: Floats, tails: Floats, square_tails: Floats) -> None:
    """For each value the sums of the distances of those after it from the last one, and of their squares."""
    total, squares, last = 0.0, 0.0, values[values.size - 1]
    for j in range(values.size - 1, -1, -1):
        distance = values[j] - last
        tails[j], square_tails[j] = total, squares
        total += distance
        squares += distance * distance


@kernel
def flow_share(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Upward flows as a share of all, in percent, of the last n signed flows; 0 where there are none."""
    n = int(params[0])
    for i in range(ins[0].shape[0]):
        flow, out = ins[0][i], outs[0][i]
        full, position, up, down = state[i, 0], int(state[i, 1]), state[i, 2], state[i, 3]
        ups, downs = state[i, 4 : 4 + n], state[i, 4 + n :]
        for b in range(flow.size):
            value = flow[b]
            out[b] = NAN
            if value != value:
                continue
            rise, fall = max(value, 0.0), max(-value, 0.0)
            up, down = up + rise, down + fall
            share = _share(up + ups[position], down + downs[position])
            ups[position], downs[position] = rise, fall
            position += 1
            if full == 1.0 or position == n:
                out[b] = share
            if position == n:
                sums_behind(ups, ups)
                sums_behind(downs, downs)
                full, position, up, down = 1.0, 0, 0.0, 0.0
        state[i, 0], state[i, 1], state[i, 2], state[i, 3] = full, position, up, down


@inlined
def _share(up: float, down: float) -> float:
    total = up + down
    return finite(100.0 * (up / total)) if total > 0.0 else 0.0
