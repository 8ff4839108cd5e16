"""Kernels that look back over the last n known values."""

from collections.abc import Callable

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, kernel, part, template
from heliograph.engine.kernels.parts import NAN, Arrays, finite, is_long

FULL, POSITION, HEAD = 0, 1, 2
TILE = 1_024


@kernel
def highest(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """The second output is scratch, as in `lowest`."""
    for i in range(ins[0].shape[0]):
        _extreme(ins[0][i], int(params[0]), 1.0, state[i], outs[0][i], outs[1][i])


@kernel
def lowest(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    for i in range(ins[0].shape[0]):
        _extreme(ins[0][i], int(params[0]), -1.0, state[i], outs[0][i], outs[1][i])


@inlined
def _extreme(x: Floats, n: int, sign: float, state: Floats, out: Floats, scratch: Floats) -> None:
    """The highest of sign * x. Adding 0.0 makes one zero of two, so that no order of comparing matters."""
    if is_long(x, n):
        _extremes_of_long(x, n, sign, state, out, scratch)
    else:
        _extremes_here(x, n, sign, state, out)


@part
def _extremes_of_long(x: Floats, n: int, sign: float, state: Floats, out: Floats, scratch: Floats) -> None:
    """By tiles from the last to the first, since each spoils n - 1 values before it."""
    for stop in range(x.size, n - 1, -TILE):
        start = max(stop - TILE, n - 1)
        first = start - (n - 1)
        _extremes_of_tile(x[first:stop], n, sign, out[first:stop], scratch[first:stop])
    _extremes_apart(x[: n - 1], n, sign, state, out[: n - 1])
    ring = state[3:]
    for j in range(n):
        ring[j] = sign * x[x.size - n + j] + 0.0
    _extremes_behind(ring, n)
    state[FULL], state[POSITION] = 1.0, 0.0


def _extremes(x: Floats, n: int, sign: float, state: Floats, out: Floats) -> None:
    """Bar by bar, by segments of n: the extreme of a window is that of a head and of a tail."""
    full, position, head, ring = state[FULL], int(state[POSITION]), state[HEAD], state[3:]
    for b in range(x.size):
        value = sign * x[b] + 0.0
        if value != value:
            out[b] = NAN
            continue
        tail = ring[position]
        ring[position] = value
        head = value if position == 0 or value > head else head
        position += 1
        if position == n:
            out[b] = sign * head + 0.0
            _extremes_behind(ring, n)
            full, position = 1.0, 0
        elif full == 1.0:
            out[b] = sign * (tail if tail > head else head) + 0.0
        else:
            out[b] = NAN
    state[FULL], state[POSITION], state[HEAD] = full, position, head


_extremes_here, _extremes_apart = inlined(_extremes), part(_extremes)


@inlined
def _extremes_behind(ring: Floats, n: int) -> None:
    """Replaces each value but the last by the highest of those after it."""
    most = ring[n - 1]
    for j in range(n - 2, -1, -1):
        value = ring[j]
        ring[j] = most
        most = value if value > most else most


@inlined
def _extremes_of_tile(x: Floats, n: int, sign: float, out: Floats, scratch: Floats) -> None:
    """Extremes of 1, 2, 4 ... values and at last of n, from one array to the other and at last to `out`."""
    rounds, width = 0, 1
    while width < n:
        rounds, width = rounds + 1, 2 * width
    values, other = (out, scratch) if rounds % 2 == 0 else (scratch, out)
    for k in range(x.size):
        values[k] = sign * x[k] + 0.0
    width = 1
    while width < n:
        step = min(width, n - width)
        width += step
        later, earlier, widened = values[width - 1 :], values[width - 1 - step :], other[width - 1 :]
        for k in range(later.size):
            a, b = later[k], earlier[k]
            widened[k] = a if a > b else b
        values, other = other, values
    results = out[n - 1 :]
    for k in range(results.size):
        results[k] = sign * results[k] + 0.0


@template
def _compare(
    compute: Callable[[float, float], float], ins: Arrays, params: Floats, state: Floats, outs: Arrays
) -> None:
    """A value with the one n known values before; long rows need the ring for their first n bars alone."""
    n = int(params[0])
    for i in range(ins[0].shape[0]):
        x, out, full, position = ins[0][i], outs[0][i], state[i, FULL], int(state[i, POSITION])
        ring = state[i, 2:]
        bars = n if is_long(x, n) else x.size
        for b in range(bars):
            value = x[b]
            if value != value:
                out[b] = NAN
                continue
            before = ring[position]
            ring[position] = value
            position += 1
            out[b] = compute(value, before) if full == 1.0 else NAN
            if position == n:
                full, position = 1.0, 0
        later, earlier, result = x[bars:], x[: x.size - bars], out[bars:]
        for k in range(later.size):
            result[k] = compute(later[k], earlier[k])
        if bars < x.size:
            position = 0
            for j in range(n):
                ring[j] = x[x.size - n + j]
        state[i, FULL], state[i, POSITION] = full, position


@inlined
def _percent(value: float, before: float) -> float:
    return finite((value / before - 1.0) * 100.0) if before != 0.0 else 0.0


@inlined
def _difference(value: float, before: float) -> float:
    return finite(value - before)


@kernel
def roc(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _compare(_percent, ins, params, state, outs)


@kernel
def mom(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _compare(_difference, ins, params, state, outs)
