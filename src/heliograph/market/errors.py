"""Errors of the market."""

from heliograph.errors import HeliographError, UserError


class MarketError(HeliographError):
    """Something about candles went wrong."""


class BarNotClosed(MarketError):
    """A bar was to be stored that is not over yet."""

    def __init__(self, timeframe: str, *, opens: str, clock: str):
        super().__init__(f"The {timeframe} bar that opens at {opens} is not closed at {clock}.")


class BadCandles(MarketError):
    """Candles break a rule that rows rely on."""


class NoSuchSample(UserError):
    """There is no bundled sample of that name."""

    def __init__(self, name: str, *, known: list[str]):
        super().__init__(f"There is no sample '{name}'; there are {', '.join(known)}.")


class BadFile(UserError):
    """A file of candles cannot be read as it is; the message names file, line and remedy."""

    def __init__(self, file: str, reason: str):
        super().__init__(f"{file}: {reason}")
        self.file, self.reason = file, reason
