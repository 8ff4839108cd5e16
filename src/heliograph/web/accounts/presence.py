"""Who is there, since when, and for how much longer: the limits of sessions."""

import zoneinfo
from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from heliograph.accounts.models import Person
from heliograph.kit.clock import utc_now

BEGAN, SEEN = "began", "seen"
# More often than this nobody is noted to be there.
NOTE_EVERY = timedelta(minutes=1)


class PresenceMiddleware:
    """Ends sessions that are too old or were not used, and shows times in the person's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if not isinstance(person, Person) and not getattr(person, "pk", None):
            return self._get_response(request)
        now = utc_now()
        if is_over(request, now=now):
            logout(request)
            return self._get_response(request)
        note_presence(request, now=now)
        with timezone.override(zone_of(person)):
            return self._get_response(request)


def is_over(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the session has lasted or rested for longer than it may."""
    began, seen = (_moment(request.session.get(name)) for name in (BEGAN, SEEN))
    longest = timedelta(hours=settings.HELIOGRAPH_SESSION_ABSOLUTE)
    idle = timedelta(hours=settings.HELIOGRAPH_SESSION_IDLE)
    return (began is not None and now - began > longest) or (seen is not None and now - seen > idle)


def note_presence(request: HttpRequest, *, now: datetime) -> None:
    """Note that the person is there; at most once a minute, since each note is a write."""
    seen = _moment(request.session.get(SEEN))
    if seen is not None and now - seen < NOTE_EVERY:
        return
    request.session.setdefault(BEGAN, now.timestamp())
    request.session[SEEN] = now.timestamp()
    Person.objects.filter(pk=request.user.pk).update(last_seen=now)
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


def zone_of(person: Person) -> zoneinfo.ZoneInfo:
    """The zone that the person chose; UTC where they chose none, or one that is no longer known."""
    try:
        return zoneinfo.ZoneInfo(person.time_zone or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def _moment(stored: float | None) -> datetime | None:
    return None if stored is None else datetime.fromtimestamp(stored, tz=timezone.get_default_timezone())
