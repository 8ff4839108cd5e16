"""The one place that reads the clock; everything below the edges is handed the time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
