"""Kernels that count the bars of an instrument: an unknown value of a bar that exists stays in its place."""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays


@kernel
def spread(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """A constant at every bar that exists."""
    close, out = ins[0].ravel(), outs[0].ravel()
    for k in range(out.size):
        out[k] = params[0] if close[k] == close[k] else NAN


@kernel
def delay(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    x, close, out, n = ins[0], ins[1], outs[0], int(params[0])
    for i in range(close.shape[0]):
        full, position = state[i, 0], int(state[i, 1])
        ring = state[i, 2:]
        for b in range(close.shape[1]):
            out[i, b] = NAN
            if close[i, b] != close[i, b]:
                continue
            if full == 1.0:
                out[i, b] = ring[position]
            ring[position] = x[i, b]
            position += 1
            if position == n:
                full, position = 1.0, 0
        state[i, 0], state[i, 1] = full, position


@part
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
