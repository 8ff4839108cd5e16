"""Answers and messages with a candle that cannot be."""

from tests.emulated_exchange.book import Row
from tests.emulated_exchange.venue import Venue

HIGH, LOW, CLOSE = 2, 3, 4
ZERO = "0.00000000"


def spoil(told: list[list], *, venue: Venue, period_ms: int) -> list[list]:
    """The same rows, with what cannot be in the middle or behind them where a fault strikes."""
    if not told:
        return told
    middle = len(told) // 2
    if venue.strikes("zero"):
        told[middle] = [ZERO if 1 <= place <= CLOSE else value for place, value in enumerate(told[middle])]
    if venue.strikes("contradictory"):
        high, low = told[middle][HIGH], told[middle][LOW]
        told[middle] = [*told[middle][:HIGH], low, f"{float(high) * 1.01:.8f}", *told[middle][CLOSE:]]
    if venue.strikes("future"):
        opens = venue.clock.ms // period_ms * period_ms + 2 * period_ms
        told.append([opens, *told[-1][1:6], opens + period_ms - 1, *told[-1][7:]])
    return told


def spoil_row(row: Row, *, venue: Venue, period_ms: int) -> Row:
    """The same of one closed candle that goes over a socket."""
    opened, high, low, close, volume = row.values
    if venue.strikes("zero"):
        return Row(row.open_ms, (0.0, 0.0, 0.0, 0.0, volume), True)
    if venue.strikes("contradictory"):
        return Row(row.open_ms, (opened, low, high * 1.01, close, volume), True)
    if venue.strikes("future"):
        return Row(row.open_ms + 2 * period_ms, row.values, True)
    return row
