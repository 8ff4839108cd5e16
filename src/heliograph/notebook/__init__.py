"""Heliograph without a database: candles from files or tables, expressions and backtests over them."""
