"""Reads what was asked for in an address; what is malformed counts as not asked."""

from datetime import UTC, date, datetime

from django.http import HttpRequest


def whole_number(request: HttpRequest, name: str) -> int | None:
    """A number without sign, below 10^18."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def day(request: HttpRequest, name: str) -> datetime | None:
    """A day such as 2024-07-09, as its first moment in UTC."""
    try:
        found = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A moment such as 2024-07-09T16:00, in UTC unless it says otherwise."""
    try:
        found = datetime.fromisoformat(request.GET.get(name, "").strip())
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def text(request: HttpRequest, name: str) -> str | None:
    """A text of reasonable length without NUL, which PostgreSQL refuses."""
    found = request.GET.get(name, "").replace("\x00", "").strip()[:120]
    return found or None
