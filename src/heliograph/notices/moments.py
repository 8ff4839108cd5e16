"""Moments as messages write them."""

from datetime import UTC, datetime

from heliograph.kit.numbers import DASH

DAILY = {"1d", "1w", "1M"}


def moment(value: object, *, at: datetime, timeframe: object = "") -> str:
    """`21 Aug 18:00 UTC` of a moment in ISO 8601; no clock for bars of a day or longer."""
    if not isinstance(value, str):
        return DASH
    time = datetime.fromisoformat(value).astimezone(UTC)
    text = f"{time.day} {time:%b}" + (f" {time.year}" if time.year != at.year else "")
    return text if timeframe in DAILY else f"{text} {time:%H:%M} UTC"
