"""What the pages of people and of one's own sessions show."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from heliograph.accounts.models import Invitation, Person
from heliograph.kit.clock import utc_now

BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A browser in which somebody is signed in."""

    id: int
    what: str
    address: str
    began: datetime
    seen: datetime
    is_this: bool


def session_lines(person: Person, *, current: str) -> list[SessionLine]:
    """The living sessions of a person, this one first and then the newest."""
    rows = list(UserSession.objects.filter(user=person).order_by("-last_seen_at"))
    living = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=utc_now()
        ).values_list("session_key", flat=True)
    )
    lines = [
        SessionLine(
            row.pk,
            _browser(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == current,
        )
        for row in rows
        if row.session_key in living
    ]
    return sorted(lines, key=lambda line: not line.is_this)


def open_invitations() -> list[Invitation]:
    """Invitations that nobody has used and that still work, the newest first."""
    kinds = [Invitation.Kind.INVITE]
    rows = Invitation.objects.select_related("team", "made_by")
    return list(rows.filter(kind__in=kinds, used_at=None, expires_at__gt=utc_now()).order_by("-made_at"))


def _browser(agent: str) -> str:
    """`Firefox on Linux`, from what a browser says of itself; whatever it says where that is unknown."""
    name = next((word for mark, word in BROWSERS if mark in agent), "")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    if name and system:
        return f"{name} on {system}"
    return agent[:40] or "unknown browser"
