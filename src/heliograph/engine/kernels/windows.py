"""Kernels that look back over the last n known values."""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays, finite

FULL, POSITION, HEAD = 0, 1, 2


@part
def _extreme(ins: Arrays, n: int, sign: float, state: Floats, outs: Arrays) -> None:
    """The highest of sign * x, by segments of n: the extreme of a window is that of a head and of a tail."""
    x, out = ins[0], outs[0]
    for i in range(x.shape[0]):
        full, position, head = state[i, FULL], int(state[i, POSITION]), state[i, HEAD]
        ring = state[i, 3:]
        for b in range(x.shape[1]):
            value = sign * x[i, b]
            if value != value:
                out[i, b] = NAN
                continue
            tail = ring[position]
            ring[position] = value
            head = value if position == 0 or value > head else head
            position += 1
            if position == n:
                out[i, b] = sign * head
                _extremes_behind(ring, n)
                full, position = 1.0, 0
            elif full == 1.0:
                out[i, b] = sign * (tail if tail > head else head)
            else:
                out[i, b] = NAN
        state[i, FULL], state[i, POSITION], state[i, HEAD] = full, position, head


@part
def _extremes_behind(ring: Floats, n: int) -> None:
    """Replaces each value but the last by the highest of those after it."""
    most = ring[n - 1]
    for j in range(n - 2, -1, -1):
        value = ring[j]
        ring[j] = most
        most = value if value > most else most


@kernel
def highest(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _extreme(ins, int(params[0]), 1.0, state, outs)


@kernel
def lowest(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _extreme(ins, int(params[0]), -1.0, state, outs)


@part
def _change(ins: Arrays, n: int, in_percent: bool, state: Floats, outs: Arrays) -> None:
    x, out = ins[0], outs[0]
    for i in range(x.shape[0]):
        full, position = state[i, FULL], int(state[i, POSITION])
        ring = state[i, 2:]
        for b in range(x.shape[1]):
            value = x[i, b]
            if value != value:
                out[i, b] = NAN
                continue
            before = ring[position]
            ring[position] = value
            position += 1
            if full == 0.0:
                out[i, b] = NAN
            elif in_percent:
                out[i, b] = finite((value / before - 1.0) * 100.0) if before != 0.0 else 0.0
            else:
                out[i, b] = finite(value - before)
            if position == n:
                full, position = 1.0, 0
        state[i, FULL], state[i, POSITION] = full, position


@kernel
def roc(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _change(ins, int(params[0]), True, state, outs)


@kernel
def mom(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _change(ins, int(params[0]), False, state, outs)
