"""Kernels of ranges and directions."""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays, finite

# Where both directional indicators together are below 1e-14 TA-Lib has no index of them.
STILL = 1e-16


@part
def _true_range(high: float, low: float, before: float) -> float:
    """The greatest of the bar's range and of its distances to the close before."""
    up, down, most = abs(high - before), abs(low - before), high - low
    most = up if up > most else most
    return down if down > most else most


@kernel
def true_range(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    high, low, close, out = ins[0], ins[1], ins[2], outs[0]
    for i in range(high.shape[0]):
        before = state[i, 1] if state[i, 0] == 1.0 else NAN
        for b in range(high.shape[1]):
            known = high[i, b] + low[i, b] + close[i, b]
            if known != known:
                out[i, b] = NAN
                continue
            width = _true_range(high[i, b], low[i, b], before)
            out[i, b] = finite(width) if before == before else NAN
            before = close[i, b]
        state[i, 0], state[i, 1] = 1.0 if before == before else 0.0, before


@part
def _movement(up: float, down: float) -> tuple[float, float]:
    """Upward and downward movement of a bar: only the greater of the two counts."""
    if down > 0.0 and up < down:
        return 0.0, down
    if up > 0.0 and up > down:
        return up, 0.0
    return 0.0, 0.0


@kernel
def directional(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Wilder's sums, of bars 1 to n - 1 at first; ADX begins with the mean of n indices."""
    high, low, close, plus_out, minus_out, adx_out = ins[0], ins[1], ins[2], outs[0], outs[1], outs[2]
    n = params[0]
    weight = 1.0 / n
    keep = 1.0 - weight
    for i in range(high.shape[0]):
        seen, high_before, low_before, before = state[i, 0], state[i, 1], state[i, 2], state[i, 3]
        plus, minus, width, strength = state[i, 4], state[i, 5], state[i, 6], state[i, 7]
        for b in range(high.shape[1]):
            plus_out[i, b] = minus_out[i, b] = adx_out[i, b] = NAN
            known = high[i, b] + low[i, b] + close[i, b]
            if known != known:
                continue
            if seen > 0.0:
                up, down = _movement(high[i, b] - high_before, low_before - low[i, b])
                fade = keep if seen >= n else 1.0
                plus, minus = plus * fade + up, minus * fade + down
                width = width * fade + _true_range(high[i, b], low[i, b], before)
            high_before, low_before, before = high[i, b], low[i, b], close[i, b]
            if seen >= n:
                scale = 100.0 / width if width != 0.0 else 0.0
                plus_out[i, b], minus_out[i, b] = finite(plus * scale), finite(minus * scale)
                strength = _strength(strength, plus, minus, width, seen, n)
                if seen >= 2.0 * n - 1.0:
                    adx_out[i, b] = finite(strength)
            seen = min(seen + 1.0, 2.0 * n)
        state[i, 0], state[i, 1], state[i, 2], state[i, 3] = seen, high_before, low_before, before
        state[i, 4], state[i, 5], state[i, 6], state[i, 7] = plus, minus, width, strength


@part
def _strength(strength: float, plus: float, minus: float, width: float, seen: float, n: float) -> float:
    """ADX one bar further: a sum up to its first value; a bar without movement leaves it as it is."""
    total = plus + minus
    is_moved = total > STILL * width
    index = 100.0 * abs(minus - plus) / total if is_moved else 0.0
    if seen < 2.0 * n - 1.0:
        return strength + index
    if seen == 2.0 * n - 1.0:
        return (strength + index) / n
    return strength + (index - strength) * (1.0 / n) if is_moved else strength
