"""Backtests that are kept, with their trades."""
