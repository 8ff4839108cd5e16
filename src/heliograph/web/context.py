"""What the frame of every page shows: the rooms, the replays, the chosen theme."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from heliograph.accounts.errors import TokenRefused
from heliograph.accounts.roles import Role
from heliograph.kit.clock import utc_now
from heliograph.signals.models import Outcome
from heliograph.signals.queries import Hidden, seen
from heliograph.web.accounts.asker import asker_of, hidden
from heliograph.web.reads.monitoring.looked import chip
from heliograph.web.reads.replays import ReplayState, replays

THEMES = ("light", "dark", "system")
THEME_COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the navigation; `group` is the heading above it.

    The bar of a phone has place for five: those that are not in it stand behind More.
    """

    group: str
    name: str
    address: str
    icon: str
    count: int | None = None
    in_bar: bool = True


def shell(request: HttpRequest) -> dict[str, object]:
    """The context of every page. Lazy: an error page of a machine without a database asks for nothing."""
    states = SimpleLazyObject(lambda: replays() if _may_look(request) else [])
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    return {
        "here": _room(request),
        "rooms": SimpleLazyObject(lambda: rooms(hidden(request)) if _may_look(request) else []),
        "may": SimpleLazyObject(lambda: _roles_held(request)),
        "chip": SimpleLazyObject(lambda: chip(at=utc_now()) if _may_look(request) else None),
        "replays": states,
        "ended": SimpleLazyObject(lambda: ended(states)),
        "theme": theme if theme in THEMES else "system",
        "themes": THEMES,
    }


def _may_look(request: HttpRequest) -> bool:
    """False for who is not known or has no role: the frame tells them nothing."""
    try:
        return asker_of(request).role is not None
    except TokenRefused:
        return False


def _roles_held(request: HttpRequest) -> dict[str, bool]:
    """By the name of each role, whether whoever asks may do what it may."""
    held = asker_of(request).role
    return {role.value: held is not None and held.may(role) for role in Role}


def ended(states: list[ReplayState]) -> list[ReplayState]:
    """The replays that a new run can follow."""
    return [state for state in states if state.again]


def _room(request: HttpRequest) -> str:
    """The room that the address lies in."""
    first = request.path.strip("/").partition("/")[0]
    return {"": "Overview", "why-not": "Signals", "replays": "About"}.get(first, first.capitalize())


def rooms(hidden: Hidden = ()) -> list[Room]:
    """The rooms that exist, in the order of the navigation."""
    running = Outcome.objects.filter(seen(hidden, "signal__version__strategy"), state__in=Outcome.RUNNING)
    still_open = running.count()
    return [
        Room("", "Overview", reverse("overview"), "overview"),
        Room("", "Signals", reverse("signals"), "signals", still_open),
        Room("", "Instruments", reverse("instruments"), "instruments", in_bar=False),
        Room("Research", "Strategies", reverse("strategies"), "strategies"),
        Room("Research", "Backtests", reverse("backtests"), "backtests", in_bar=False),
        Room("Research", "Analytics", reverse("analytics"), "analytics", in_bar=False),
        Room("Machine", "Monitoring", reverse("monitoring"), "monitoring"),
        Room("Machine", "Data", reverse("data"), "data", in_bar=False),
        Room("Machine", "Work", reverse("work-home"), "work", in_bar=False),
        Room("Machine", "Reports", reverse("reports"), "reports", in_bar=False),
        Room("Machine", "Notices", reverse("notices"), "notices", in_bar=False),
    ]
