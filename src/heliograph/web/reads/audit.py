"""Whether the audit trail is whole, looked at now and then."""

from dataclasses import dataclass
from datetime import datetime

from heliograph.accounts.audit import verify
from heliograph.kit.cache import cached
from heliograph.kit.clock import utc_now

# Each look reads every entry.
SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What the last look found, and when that was; `fault` is empty where the trail is whole."""

    entries: int
    head: str
    fault: str
    at: datetime


@cached(key="audit:checked", ttl=SECONDS)
def checked() -> Checked:
    """The last look, at most ten minutes old. A statement for each 2,000 entries where it is a new one."""
    found = verify()
    return Checked(found.entries, found.head, found.fault, utc_now())
