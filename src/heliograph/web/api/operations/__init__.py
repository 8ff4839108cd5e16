"""The operations of the API, one file for each noun. What writes to an address shares its router with what
reads there: the first router that knows an address answers for all its methods."""

from heliograph.web.api.operations import candles, description, events, instruments, signals, strategies

ROUTERS = (
    description.router,
    signals.router,
    strategies.router,
    instruments.router,
    candles.router,
    events.router,
)
