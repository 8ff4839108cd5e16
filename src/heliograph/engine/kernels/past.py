"""Kernels that count the bars of an instrument: an unknown value of a bar that exists stays in its place."""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, kernel
from heliograph.engine.kernels.parts import NAN, Arrays, is_long


@kernel
def delay(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    for i in range(ins[0].shape[0]):
        _delay(ins[0][i], ins[1][i], int(params[0]), state[i], outs[0][i])


@inlined
def _delay(x: Floats, close: Floats, n: int, state: Floats, out: Floats) -> None:
    full, position, ring = state[0], int(state[1]), state[2:]
    start = n if is_long(close, n) else 0
    for b in range(start, close.size):
        if start > 0:
            out[b] = x[b - n]
    for b in range(start if start > 0 else close.size):
        out[b] = NAN
        if close[b] != close[b]:
            continue
        if full == 1.0:
            out[b] = ring[position]
        ring[position] = x[b]
        position += 1
        if position == n:
            full, position = 1.0, 0
    if start > 0:
        position = 0
        for j in range(n):
            ring[j] = x[close.size - n + j]
    state[0], state[1] = full, position


@inlined
def _crossing(ins: Arrays, sign: float, state: Floats, outs: Arrays) -> None:
    """a[1] <= b[1] and a > b: false where one part is, else unknown where one part is."""
    a, b, close, out = ins[0], ins[1], ins[2], outs[0]
    for i in range(close.shape[0]):
        before = state[i, 1] if state[i, 0] == 1.0 else NAN
        for t in range(close.shape[1]):
            if close[i, t] != close[i, t]:
                out[i, t] = NAN
                continue
            now = sign * (a[i, t] - b[i, t])
            if before > 0.0 or now <= 0.0:
                out[i, t] = 0.0
            else:
                out[i, t] = 1.0 if before <= 0.0 and now > 0.0 else NAN
            before = now
        state[i, 0], state[i, 1] = 1.0, before


@kernel
def crosses_above(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _crossing(ins, 1.0, state, outs)


@kernel
def crosses_below(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _crossing(ins, -1.0, state, outs)
