"""Reads what was asked for in an address; what is malformed counts as not asked."""

from datetime import UTC, date, datetime

from django.http import Http404, HttpRequest

from heliograph.signals.errors import NoSuchStrategy, NoSuchVersion
from heliograph.signals.models import StrategyVersion
from heliograph.signals.queries import find_version
from heliograph.web.accounts.asker import hidden


def whole_number(request: HttpRequest, name: str) -> int | None:
    """A number without sign, below 10^18."""
    return whole(request.GET.get(name, ""))


def whole(written: str) -> int | None:
    """The number that is written, without sign and below 10^18."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None


def day(request: HttpRequest, name: str) -> datetime | None:
    """A day such as 2024-07-09, as its first moment in UTC."""
    try:
        found = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A moment such as 2024-07-09T16:00, in UTC unless it says otherwise."""
    return moment_of(request.GET.get(name, ""))


def moment_of(written: str) -> datetime | None:
    """The moment that is written, in UTC unless it says otherwise; one far from any calendar is none."""
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    if not 1900 <= found.year < 2300:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def text(request: HttpRequest, name: str) -> str | None:
    """A text of reasonable length without NUL, which PostgreSQL refuses."""
    found = request.GET.get(name, "").replace("\x00", "").strip()[:120]
    return found or None


def stored_version(request: HttpRequest, name: str, number: int | None = None) -> StrategyVersion:
    """The version of a strategy, the one that runs where no number is asked for; else a page that is not."""
    # No name holds what the database cannot write.
    if "\x00" in name:
        raise Http404("There is no such strategy.")
    try:
        return find_version(name, number, hidden=hidden(request))
    except (NoSuchStrategy, NoSuchVersion) as fault:
        raise Http404(str(fault)) from fault


def author(request: HttpRequest) -> str:
    """Who asks, in words; empty where nobody is signed in."""
    user = getattr(request, "user", None)
    return str(user) if getattr(user, "is_authenticated", False) else ""
