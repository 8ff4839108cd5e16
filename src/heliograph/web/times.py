"""Moments and ages as people read them: in the zone of whoever looks, which the heading names.

Days and longer bars are named by their day in UTC, wherever one is.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from heliograph.web.numbers import DASH

DAILY = {"1d", "1w", "1M"}


def moment_text(moment: datetime | None, *, now: datetime, timeframe: str = "") -> str:
    """`21 Aug 18:00`; the year where it is not this one; no clock for bars of a day or longer."""
    if moment is None:
        return DASH
    if timeframe not in DAILY:
        moment, now = timezone.localtime(moment), timezone.localtime(now)
    text = f"{moment.day} {moment:%b}"
    if moment.year != now.year:
        text += f" {moment.year}"
    return text if timeframe in DAILY else f"{text} {moment:%H:%M}"


def age_text(age: timedelta | None) -> str:
    """`just now`, `4 s`, `29 min`, `3 h`, `2 d`."""
    if age is None:
        return DASH
    seconds = int(age.total_seconds())
    if seconds < 2:
        return "just now"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def zone_word() -> str:
    """The zone of whoever looks: `UTC`, `Berlin`."""
    zone = timezone.get_current_timezone()
    key = zone.key if isinstance(zone, ZoneInfo) else "UTC"
    return key.rpartition("/")[2].replace("_", " ")
