"""What the frame of every page says of whoever is signed in."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from heliograph.accounts.models import Person
from heliograph.accounts.people import role_of
from heliograph.accounts.roles import Role
from heliograph.web.times import zone_word

SETTINGS = (
    ("profile", "settings", "Profile"),
    ("security", "mfa_index", "Sign-in"),
    ("sessions", "sessions", "Sessions"),
    ("tokens", "tokens", "Tokens"),
)


@dataclass(frozen=True, slots=True)
class Foot:
    """An entry at the foot of the navigation."""

    name: str
    address: str


def own(request: HttpRequest) -> dict[str, object]:
    """The context of every page, beside that of the rooms. Lazy for the same reason."""
    return {
        "me": SimpleLazyObject(lambda: _person(request)),
        "my_role": SimpleLazyObject(lambda: _role(request)),
        "foot": SimpleLazyObject(lambda: foot(_role(request))),
        "theme": SimpleLazyObject(lambda: _theme(request)),
        "settings_tabs": [(name, reverse(page), words) for name, page, words in SETTINGS],
        "idle_hours": settings.HELIOGRAPH_SESSION_IDLE,
        "absolute_hours": settings.HELIOGRAPH_SESSION_ABSOLUTE,
        "zone": zone_word(),
        "zone_name": timezone.get_current_timezone_name(),
    }


def foot(role: Role | None) -> list[Foot]:
    """Below the rooms: what is about oneself and, for admins, about others."""
    if role is None:
        return []
    entries = [Foot("Settings", reverse("settings"))]
    if role is Role.ADMIN:
        entries[:0] = [Foot("People", reverse("people")), Foot("Audit", reverse("audit"))]
    return entries


def _theme(request: HttpRequest) -> str:
    """What was chosen in this browser, else what the person chose elsewhere."""
    chosen = request.COOKIES.get("theme", "")
    if chosen in Person.Theme.values:
        return chosen
    person = _person(request)
    return person.theme if person else Person.Theme.SYSTEM.value


def _role(request: HttpRequest) -> Role | None:
    person = _person(request)
    return role_of(person) if person else None


def _person(request: HttpRequest) -> Person | None:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None
