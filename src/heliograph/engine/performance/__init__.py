"""The arithmetic of performance: what signals, backtests and forecasts were worth.

One measure is one function; its docstring says shape, unit, formula and source, and
docs/reference/performance.md has them in one table. For all of them the same holds: what is not finite is
unknown and left out; what cannot be known, as there are too few values or nothing to divide by, is None (NaN
in arrays), never 0; what does not fit together raises BadResults. 95 % is meant wherever there is an
interval.
"""
