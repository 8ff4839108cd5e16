"""What ccxt raises, as a fault of the venue that has a name and one sentence."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from heliograph.market.models import Venue
from heliograph.market.sources.exchange.allowance import keep_quiet
from heliograph.market.sources.exchange.ccxt_setup import key_name
from heliograph.market.sources.exchange.errors import (
    BadAnswer,
    KeyWithoutRights,
    NotServed,
    RateLimited,
    VenueDown,
    VenueFault,
)

# Of a venue that does not say how long to be quiet, and of one that says nothing but that it banned us.
QUIET_SECONDS = 10.0
BANNED_SECONDS = 120.0
BANNED = 418
LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class Heard:
    """The status of the answer (0: there was none) and its headers."""

    status: int
    headers: Mapping[str, str]

    def quiet_seconds(self) -> float:
        """How long to ask nothing."""
        told = _retry_after(self.headers.get("Retry-After", ""))
        if told is not None:
            return told
        return BANNED_SECONDS if self.status == BANNED else QUIET_SECONDS


def named(fault: Exception, *, venue: Venue, what: str, heard: Heard) -> VenueFault:
    """The fault by its name; told to be quiet, all processes are."""
    import ccxt

    name, why = venue.name, _why(fault, venue, heard)
    if isinstance(fault, ccxt.DDoSProtection | ccxt.RateLimitExceeded):
        return RateLimited(name, until=keep_quiet(venue.pk, seconds=heard.quiet_seconds()))
    if isinstance(fault, ccxt.AuthenticationError):
        return KeyWithoutRights(
            name, f"it refuses the key in {key_name(name)} for {what}; candles need none: mend or remove it."
        )
    failed = isinstance(fault, ccxt.OperationFailed) and not isinstance(fault, ccxt.BadResponse)
    if failed or heard.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return VenueDown(name, f"no answer for {what} ({why}).")
    if isinstance(fault, ccxt.BadSymbol | ccxt.NotSupported):
        return NotServed(name, f"it does not serve {what} ({why}).")
    return BadAnswer(name, f"it refuses {what} ({why}).")


def _why(fault: Exception, venue: Venue, heard: Heard) -> str:
    kind = f"HTTP {heard.status}" if heard.status else type(fault).__name__
    said = str(fault).removeprefix(venue.exchange).strip()
    if told := re.search(r'"msg": *"([^"]+)"', said):
        said = told[1].rstrip(".")
    # A web page, an address or JSON in the middle of a sentence tells nobody anything.
    readable = said and not any(mark in said for mark in ("<", "://", "{"))
    return f"{kind}: {said[:LONGEST_REASON]}" if readable else kind


def _retry_after(text: str) -> float | None:
    """Seconds from a Retry-After header: a number of them, or a date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0) if text else None
    except ValueError:
        return None
