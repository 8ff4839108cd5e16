"""Signals from outside: alerts of TradingView and of other programs, followed and scored like our own."""
