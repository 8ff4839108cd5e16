"""What exchanges and their users can get wrong, one sentence each."""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches

from heliograph.errors import Conflict, NotFound, SourceError, UserError


class VenueFault(SourceError):
    """A venue did not give what it was asked for. `whole`: it would not serve other symbols either."""

    whole = True

    def __init__(self, venue: str, sentence: str):
        super().__init__(f"{venue}: {sentence}")
        self.venue = venue


class VenueDown(VenueFault):
    """The venue did not answer, or answered that it cannot."""


class RateLimited(VenueFault):
    """The venue was asked too often, or we hold back so that it is not."""

    def __init__(self, venue: str, *, until: datetime):
        super().__init__(venue, f"no more requests before {until:%Y-%m-%d %H:%M:%S} UTC; waiting until then.")
        self.until = until


class BadAnswer(VenueFault):
    """The venue answered with what cannot be read."""

    whole = False


class ClockWrong(VenueFault):
    """The clock of the venue and ours differ so much that nobody can tell which bars are over."""

    def __init__(self, venue: str, *, skew_ms: float):
        ahead = "ahead of" if skew_ms > 0 else "behind"
        super().__init__(
            venue,
            f"its clock is {abs(skew_ms) / 1000:,.0f} s {ahead} ours, so nothing tells which bars are over;"
            " set the clock of this machine, or wait until the venue has set its own.",
        )
        self.skew_ms = skew_ms


class KeyWithoutRights(VenueFault):
    """The venue refuses the key."""


class NotServed(VenueFault):
    """The venue has the symbol or the timeframe no more."""

    whole = False


class NoSuchExchange(UserError):
    """ccxt knows no exchange of that name."""

    def __init__(self, name: str, *, known: Sequence[str]):
        near = get_close_matches(name.lower(), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {len(known)}, such as binance and kraken."
        super().__init__(f"There is no exchange '{name}'; {hint}")


class BadUrl(UserError):
    """An exchange cannot be asked there."""

    def __init__(self, url: str):
        super().__init__(
            f"'{url}' is no address of an exchange; write it like https://mirror.example, without a password."
        )


class NoSuchVenue(NotFound):
    """No venue of that name was added."""

    def __init__(self, name: str, *, known: Sequence[str]):
        there = f"there are {', '.join(known)}; " if known else ""
        super().__init__(f"There is no venue '{name}'; {there}`heliograph venue add {name}` adds it.")


class NoVenue(UserError):
    """No exchange was added yet, or several and none was named."""


class VenueInUse(Conflict):
    """The venue cannot be removed or added."""


class NoSuchSymbol(UserError):
    """The venue does not trade that."""

    def __init__(self, symbol: str, *, venue: str, known: Sequence[str]):
        near = get_close_matches(symbol.upper(), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"`heliograph venue sync {venue}` reads its list anew."
        super().__init__(f"{venue} does not trade {symbol}; {hint}")


class Delisted(UserError):
    """The venue trades that no more."""

    def __init__(self, symbol: str, *, venue: str, since: datetime):
        super().__init__(f"{venue} has not traded {symbol} since {since:%Y-%m-%d}; nothing new comes of it.")


class NoSuchTimeframe(UserError):
    """The venue has no candles of that timeframe."""

    def __init__(self, timeframe: str, *, venue: str, known: Sequence[str]):
        super().__init__(f"{venue} has no candles of {timeframe}; it has {', '.join(known)}.")
