"""The kernels: one compiled function per primitive, all of one form.

`kernel(ins, params, state, outs)` advances n instruments by B bars. `ins` and `outs` are tuples of
float64[n, B], `params` float64[p], `state` float64[n, S], zero before the first bar. Unknown is NaN: an
unknown input gives an unknown output and leaves the state as it is. A result depends on the bars and on the
state alone, never on where the block began.
"""
