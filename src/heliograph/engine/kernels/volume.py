"""Kernels of volume."""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import kernel
from heliograph.engine.kernels.parts import NAN, Arrays, finite

DAY = 86_400_000


@kernel
def obv(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    close, volume, out = ins[0], ins[1], outs[0]
    for i in range(close.shape[0]):
        begun, before, total = state[i, 0], state[i, 1], state[i, 2]
        for b in range(close.shape[1]):
            price, traded = close[i, b], volume[i, b]
            if price != price or traded != traded:
                out[i, b] = NAN
                continue
            # Chosen, not branched: whether a price rises is a toss of a coin.
            step = traded if (price > before) | (begun == 0.0) else 0.0
            total += -traded if (price < before) & (begun == 1.0) else step
            begun, before = 1.0, price
            out[i, b] = finite(total)
        state[i, 0], state[i, 1], state[i, 2] = begun, before, total


@kernel
def vwap(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Money and volume of the UTC day so far; `time` has one row for all instruments or one for each."""
    time, typical, volume, out = ins[0], ins[1], ins[2], outs[0]
    for i in range(typical.shape[0]):
        row = min(i, time.shape[0] - 1)
        day, money, traded = state[i, 0], state[i, 1], state[i, 2]
        for b in range(typical.shape[1]):
            price, amount = typical[i, b], volume[i, b]
            if price != price or amount != amount:
                out[i, b] = NAN
                continue
            today = float(int(time[row, b]) // DAY)
            if today != day:
                day, money, traded = today, 0.0, 0.0
            money += price * amount
            traded += amount
            out[i, b] = finite(money / traded)
        state[i, 0], state[i, 1], state[i, 2] = day, money, traded
