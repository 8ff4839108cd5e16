"""Kernels of oscillators."""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, kernel, part
from heliograph.engine.kernels.parts import NAN, Arrays, finite, is_gapless, is_long, is_noise

TILE = 256
# A sum over a window is made of four, so that the processor need not wait for each addition.
WAYS = 4


@kernel
def rsi(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    x, out, n = ins[0], outs[0], params[0]
    weight = 1.0 / n
    keep = 1.0 - weight
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
                gain = gain * keep + up * weight
                loss = loss * keep + down * weight
                out[i, b] = _strength(gain, loss)
                continue
            out[i, b] = NAN
            if seen > 0.0:
                gain += up
                loss += down
            if seen == n:
                gain, loss = gain * weight, loss * weight
                out[i, b] = _strength(gain, loss)
            seen += 1.0
        state[i, 0], state[i, 1], state[i, 2], state[i, 3] = seen, before, gain, loss


@inlined
def _strength(gain: float, loss: float) -> float:
    total = gain + loss
    return finite(100.0 * gain / total) if total != 0.0 else 50.0


@kernel
def cci(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Of prices and their simple averages; the second output is scratch.

    The state holds the last n prices twice over, so that they lie in one piece wherever the newest is.
    """
    for i in range(ins[0].shape[0]):
        _cci(ins[0][i], ins[1][i], int(params[0]), state[i], outs[0][i], outs[1][i])


@inlined
def _cci(x: Floats, mean: Floats, n: int, state: Floats, out: Floats, scratch: Floats) -> None:
    position, window = int(state[0]), state[1:]
    bars = n - 1 if x.size >= WAYS * WAYS and is_long(x, n) else x.size
    for b in range(bars):
        value = x[b]
        out[b] = NAN
        if value == value:
            window[position] = window[position + n] = value
            position = position + 1 if position + 1 < n else 0
            if mean[b] == mean[b]:
                deviation = _deviation(window[position : position + n], mean[b], n)
                out[b] = _index(value, mean[b], deviation)
    if bars < x.size:
        _cci_of_long(x, mean[bars:], n, out[bars:], scratch)
        position = 0
        for j in range(n):
            window[j] = window[j + n] = x[x.size - n + j]
    state[0] = position


@inlined
def _deviation(window: Floats, mean: float, n: int) -> float:
    """The mean distance of a window's values from their mean."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    newest = n - 1
    while newest >= WAYS - 1:
        a += abs(window[newest] - mean)
        b += abs(window[newest - 1] - mean)
        c += abs(window[newest - 2] - mean)
        d += abs(window[newest - 3] - mean)
        newest -= WAYS
    a += abs(window[newest] - mean) if newest >= 0 else 0.0
    b += abs(window[newest - 1] - mean) if newest >= 1 else 0.0
    c += abs(window[newest - 2] - mean) if newest >= 2 else 0.0
    return ((a + b) + (c + d)) / n


@part
def _cci_of_long(x: Floats, mean: Floats, n: int, out: Floats, scratch: Floats) -> None:
    """Of all windows that end at value n - 1 and after, many at a time, with the sums of `_deviation`."""
    size = min(TILE, scratch.size // WAYS)
    a, b, c, d = scratch[:size], scratch[size : 2 * size], scratch[2 * size : 3 * size], scratch[3 * size :]
    for start in range(0, out.size, size):
        count = min(size, out.size - start)
        means, prices = mean[start : start + count], x[start : start + count + n - 1]
        _sum_of_distances(prices, means, n, 0, a)
        _sum_of_distances(prices, means, n, 1, b)
        _sum_of_distances(prices, means, n, 2, c)
        _sum_of_distances(prices, means, n, 3, d)
        newest, results = prices[n - 1 :], out[start : start + count]
        for k in range(count):
            results[k] = _index(newest[k], means[k], ((a[k] + b[k]) + (c[k] + d[k])) / n)


@part
def _sum_of_distances(prices: Floats, means: Floats, n: int, way: int, total: Floats) -> None:
    """Of every fourth value of each window, from the newest but `way` on."""
    for k in range(means.size):
        total[k] = 0.0
    newest = n - 1 - way
    while newest >= 2 * WAYS:
        one, two, three = prices[newest:], prices[newest - WAYS :], prices[newest - 2 * WAYS :]
        for k in range(means.size):
            mean = means[k]
            total[k] = ((total[k] + abs(one[k] - mean)) + abs(two[k] - mean)) + abs(three[k] - mean)
        newest -= 3 * WAYS
    while newest >= 0:
        one = prices[newest:]
        for k in range(means.size):
            total[k] += abs(one[k] - means[k])
        newest -= WAYS


@inlined
def _index(price: float, mean: float, deviation: float) -> float:
    index = finite((price - mean) / (0.015 * deviation))
    return 0.0 if is_noise(price - mean, price, mean) else index


@kernel
def money_flow(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Price times volume, with the sign of the price's change; `before` is the last price with a volume."""
    for i in range(ins[0].shape[0]):
        price, volume, out = ins[0][i], ins[1][i], outs[0][i]
        before = state[i, 1] if state[i, 0] == 1.0 else NAN
        bars = 1 if price.size > 1 and is_gapless(price) and is_gapless(volume) else price.size
        for b in range(bars):
            out[b] = _signed(price[b], volume[b], before)
            if price[b] * volume[b] == price[b] * volume[b]:
                before = price[b]
        now, traded, flows = price[bars:], volume[bars:], out[bars:]
        for k in range(now.size):
            flows[k] = _signed(now[k], traded[k], price[k])
        before = price[price.size - 1] if now.size > 0 else before
        state[i, 0], state[i, 1] = 1.0 if before == before else 0.0, before


@inlined
def _signed(price: float, volume: float, before: float) -> float:
    flow, change = price * volume, price - before
    signed = flow if change > 0.0 else -flow
    signed = 0.0 * flow if is_noise(change, price, before) else signed
    return signed if change == change else NAN
