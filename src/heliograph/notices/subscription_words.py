"""What a subscription asks for and when, in words."""

from heliograph.notices.models import Subscription
from heliograph.notices.topics import TOPICS


def what_of(asked: Subscription) -> str:
    """`signal published, long, confidence from 0.60, of BTC/*`."""
    named = [TOPICS[one].title.lower() if one in TOPICS else one for one in asked.topics]
    parts = [", ".join(named) or "all topics"]
    if asked.side:
        parts.append(asked.side)
    if asked.least_confidence is not None:
        parts.append(f"confidence from {asked.least_confidence:.2f}")
    if asked.strategies:
        parts.append(f"of {', '.join(asked.strategies)}")
    if asked.instruments:
        parts.append(f"for {', '.join(asked.instruments)}")
    return " · ".join(parts)


def hours_of(asked: Subscription) -> str:
    """`at once, not from 22:00 to 07:00 Europe/Berlin`."""
    parts = ["at once"]
    if asked.digest_minutes is not None:
        parts = [f"together every {asked.digest_minutes} min"]
    if asked.digest_at is not None:
        parts = [f"together daily at {asked.digest_at:%H:%M} {asked.zone}"]
    if asked.quiet_from is not None and asked.quiet_until is not None:
        but = f" but {', '.join(asked.quiet_but)}" if asked.quiet_but else ""
        parts.append(f"not from {asked.quiet_from:%H:%M} to {asked.quiet_until:%H:%M} {asked.zone}{but}")
    if asked.per_minute is not None:
        parts.append(f"at most {asked.per_minute} message{'' if asked.per_minute == 1 else 's'} a minute")
    return ", ".join(parts)
