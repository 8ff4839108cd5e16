"""Heliograph turns market data in a database into trading signals that people can trust."""

__version__ = "0.1.0"
