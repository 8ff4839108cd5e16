"""Kernels of ranges and directions."""

from typing import TypeAlias

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays, finite, is_gapless

# Where both directional indicators together are below 1e-14 TA-Lib has no index of them.
STILL = 1e-16
# Rows shorter than this are not worth a second way through them.
LONG = 64
Sums: TypeAlias = tuple[float, float, float, float]


@inlined
def _true_range(high: float, low: float, before: float) -> float:
    """The greatest of the bar's range and of its distances to the close before."""
    up, down, most = abs(high - before), abs(low - before), high - low
    most = up if up > most else most
    return down if down > most else most


@kernel
def true_range(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    high, low, close, out = ins[0], ins[1], ins[2], outs[0]
    for i in range(close.shape[0]):
        if close.shape[1] >= LONG and is_gapless(close[i]) and is_gapless(high[i]) and is_gapless(low[i]):
            _true_ranges_of_long(high[i], low[i], close[i], state[i], out[i])
            continue
        before = state[i, 1] if state[i, 0] == 1.0 else NAN
        for b in range(close.shape[1]):
            known = high[i, b] + low[i, b] + close[i, b]
            width = finite(_true_range(high[i, b], low[i, b], before))
            out[i, b] = width if known == known and before == before else NAN
            before = close[i, b] if known == known else before
        state[i, 0], state[i, 1] = 1.0 if before == before else 0.0, before


@part
def _true_ranges_of_long(high: Floats, low: Floats, close: Floats, state: Floats, out: Floats) -> None:
    """Every bar exists, so the close before is that of the bar before."""
    out[0] = finite(_true_range(high[0], low[0], state[1])) if state[0] == 1.0 else NAN
    highs, lows, widths = high[1:], low[1:], out[1:]
    for k in range(widths.size):
        widths[k] = finite(_true_range(highs[k], lows[k], close[k]))
    state[0], state[1] = 1.0, close[close.size - 1]


@kernel
def directional(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Wilder's sums, of bars 1 to n - 1 at first; ADX begins with the mean of n indices."""
    high, low, close, plus_out, minus_out, adx_out = ins[0], ins[1], ins[2], outs[0], outs[1], outs[2]
    n, weight = params[0], 1.0 / params[0]
    full = 2.0 * n - 1.0
    for i in range(high.shape[0]):
        seen, high_before, low_before, before = state[i, 0], state[i, 1], state[i, 2], state[i, 3]
        plus, minus, width, strength = state[i, 4], state[i, 5], state[i, 6], state[i, 7]
        for b in range(high.shape[1]):
            top, bottom, last = high[i, b], low[i, b], close[i, b]
            known = top + bottom + last
            if known != known:
                plus_out[i, b] = minus_out[i, b] = adx_out[i, b] = NAN
                continue
            up, down = _movement(top - high_before, low_before - bottom)
            reach = _true_range(top, bottom, before)
            high_before, low_before, before = top, bottom, last
            if seen > full:
                keep = 1.0 - weight
                plus, minus, width = plus * keep + up, minus * keep + down, width * keep + reach
                index = _index(plus, minus, width)
                strength = strength + (index - strength) * weight if index == index else strength
            else:
                sums = _begun((plus, minus, width, strength), seen, n, (up, down, reach))
                plus, minus, width, strength = sums
                seen += 1.0
            scale = 100.0 / width if width != 0.0 else 0.0
            plus_out[i, b] = finite(plus * scale) if seen > n else NAN
            minus_out[i, b] = finite(minus * scale) if seen > n else NAN
            adx_out[i, b] = finite(strength) if seen > full else NAN
        state[i, 0], state[i, 1], state[i, 2], state[i, 3] = seen, high_before, low_before, before
        state[i, 4], state[i, 5], state[i, 6], state[i, 7] = plus, minus, width, strength


@inlined
def _movement(up: float, down: float) -> tuple[float, float]:
    """Upward and downward movement: only the greater of the two counts, and only above 0."""
    return up if (up > down) & (up > 0.0) else 0.0, down if (down > up) & (down > 0.0) else 0.0


@inlined
def _index(plus: float, minus: float, width: float) -> float:
    """The directional index, unknown without movement."""
    total = plus + minus
    index = 100.0 * abs(minus - plus) / total
    return index if total > STILL * width else NAN


@part
def _begun(sums: Sums, seen: float, n: float, moves: tuple[float, float, float]) -> Sums:
    """The sums up to the first ADX, one bar further."""
    plus, minus, width, strength = sums
    if seen == 0.0:
        return sums
    keep = 1.0 - 1.0 / n if seen >= n else 1.0
    plus, minus, width = plus * keep + moves[0], minus * keep + moves[1], width * keep + moves[2]
    if seen >= n:
        index = _index(plus, minus, width)
        strength += index if index == index else 0.0
    return plus, minus, width, strength / n if seen == 2.0 * n - 1.0 else strength
