"""Kernels of oscillators."""

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays, finite, is_noise, sums_behind

TILE = 64


@kernel
def rsi(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    x, out, n = ins[0], outs[0], params[0]
    weight = 1.0 / n
    for i in range(x.shape[0]):
        seen, before, gain, loss = state[i, 0], state[i, 1], state[i, 2], state[i, 3]
        for b in range(x.shape[1]):
            value = x[i, b]
            if value != value:
                out[i, b] = NAN
                continue
            change = value - before
            before = value
            up, down = max(change, 0.0), max(-change, 0.0)
            if seen > n:
                gain += (up - gain) * weight
                loss += (down - loss) * weight
                out[i, b] = _share(gain, loss)
                continue
            out[i, b] = NAN
            if seen > 0.0:
                gain += up
                loss += down
            if seen == n:
                gain, loss = gain * weight, loss * weight
                out[i, b] = _share(gain, loss)
            seen += 1.0
        state[i, 0], state[i, 1], state[i, 2], state[i, 3] = seen, before, gain, loss


@part
def _share(gain: float, loss: float) -> float:
    total = gain + loss
    return finite(100.0 * gain / total) if total != 0.0 else 50.0


@kernel
def stochastic(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Two simple averages in a row, of the place of the close between lowest and highest."""
    high, low, close, k_out, d_out = ins[0], ins[1], ins[2], outs[0], outs[1]
    smooth, d = int(params[0]), int(params[1])
    for i in range(close.shape[0]):
        k_state, d_state = state[i, : smooth + 3], state[i, smooth + 3 :]
        for b in range(close.shape[1]):
            k_out[i, b] = d_out[i, b] = NAN
            place = _place(high[i, b], low[i, b], close[i, b])
            if place != place:
                continue
            k = _mean_of_last(k_state, smooth, place)
            if k == k:
                mean = _mean_of_last(d_state, d, k)
                if mean == mean:
                    k_out[i, b], d_out[i, b] = k, mean


@part
def _place(high: float, low: float, close: float) -> float:
    width = high - low
    place = 100.0 * (close - low) / width
    return 0.0 * close if is_noise(width, high, low) else place


@part
def _mean_of_last(state: Floats, n: int, value: float) -> float:
    """The simple average of averages.sma, one value further."""
    position, ring = int(state[1]), state[3:]
    head, tail = float(state[2]) + value, float(ring[position])
    ring[position] = value
    state[2] = head
    state[1] = position + 1
    if position + 1 == n:
        sums_behind(ring, n)
        state[0], state[1], state[2] = 1.0, 0.0, 0.0
        return head / n
    return (head + tail) / n if state[0] == 1.0 else NAN


@kernel
def willr(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    high, low, close, out = ins[0].ravel(), ins[1].ravel(), ins[2].ravel(), outs[0].ravel()
    for k in range(out.size):
        width = high[k] - low[k]
        place = (high[k] - close[k]) / width * -100.0
        out[k] = place if width != 0.0 else (high[k] - close[k]) * 0.0


@kernel
def cci(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Each window is summed afresh, for many bars at once; `prices` begin with the last n - 1 of before."""
    close, out, n = ins[2], outs[0], int(params[0])
    bars = close.shape[1]
    prices, results, sums = np.empty(n - 1 + bars), np.empty(bars), np.empty((2, TILE))
    for i in range(close.shape[0]):
        for k in range(n - 1):
            prices[k] = state[i, 1 + k]
        count = n - 1
        for b in range(bars):
            price = (ins[0][i, b] + ins[1][i, b] + close[i, b]) / 3.0
            out[i, b] = price
            if price == price:
                prices[count] = price
                count += 1
        count -= n - 1
        for start in range(0, count, TILE):
            _distances(prices, start, min(TILE, count - start), n, sums, results)
        seen, at = state[i, 0], 0
        for b in range(bars):
            if out[i, b] == out[i, b]:
                seen = min(seen + 1.0, float(n))
                out[i, b] = results[at] if seen == n else NAN
                at += 1
        state[i, 0] = seen
        for k in range(n - 1):
            state[i, 1 + k] = prices[count + k]


@part
def _distances(prices: Floats, start: int, size: int, n: int, sums: Floats, results: Floats) -> None:
    """The index of `size` windows from `start` on, the newest value of each first in every sum."""
    means, deviations = sums[0], sums[1]
    newest = start + n - 1
    for k in range(size):
        means[k] = deviations[k] = 0.0
    for ago in range(n):
        for k in range(size):
            means[k] += prices[newest - ago + k]
    for k in range(size):
        means[k] /= n
    for ago in range(n):
        for k in range(size):
            deviations[k] += abs(prices[newest - ago + k] - means[k])
    for k in range(size):
        distance = prices[newest + k] - means[k]
        index = finite(distance / (0.015 * (deviations[k] / n)))
        results[start + k] = 0.0 if is_noise(distance, prices[newest + k], means[k]) else index


@kernel
def mfi(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Sums of flows by segments of n, as in averages.sma."""
    high, low, close, volume, out = ins[0], ins[1], ins[2], ins[3], outs[0]
    n = int(params[0])
    for i in range(high.shape[0]):
        seen, position, before = state[i, 0], int(state[i, 1]), state[i, 2]
        up, down = state[i, 3], state[i, 4]
        up_ring, down_ring = state[i, 5 : 5 + n], state[i, 5 + n :]
        for b in range(high.shape[1]):
            price = (high[i, b] + low[i, b] + close[i, b]) / 3.0
            flow = price * volume[i, b]
            out[i, b] = NAN
            if flow != flow:
                continue
            rise = 0.0 if is_noise(price - before, price, before) else price - before
            before = price
            seen = min(seen + 1.0, n + 1.0)
            if seen == 1.0:
                continue
            up_tail, down_tail = up_ring[position], down_ring[position]
            up_ring[position] = flow if rise > 0.0 else 0.0
            down_ring[position] = flow if rise < 0.0 else 0.0
            up, down = up + up_ring[position], down + down_ring[position]
            position += 1
            if position == n:
                out[i, b] = _flow_share(up, down)
                sums_behind(up_ring, n)
                sums_behind(down_ring, n)
                position, up, down = 0, 0.0, 0.0
            elif seen > n:
                out[i, b] = _flow_share(up + up_tail, down + down_tail)
        state[i, 0], state[i, 1], state[i, 2] = seen, position, before
        state[i, 3], state[i, 4] = up, down


@part
def _flow_share(up: float, down: float) -> float:
    total = up + down
    return finite(100.0 * (up / total)) if total > 0.0 else 0.0
