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
from heliograph.web.stream.serve import PATH as EVENTS

BEGAN, SEEN = "began", "seen"
# The header by which a page marks what it asks for by itself, and the cookie in which it tells its zone.
BACKGROUND, ZONE_COOKIE = "Heliograph-Background", "zone"
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
        if is_by_a_person(request):
            note_presence(request, now=now)
        with timezone.override(zone_of(person, browser=request.COOKIES.get(ZONE_COOKIE, ""))):
            return self._get_response(request)


def is_by_a_person(request: HttpRequest) -> bool:
    """False for what a page asks for while nobody is there: live parts, and the stream of events.

    Browsers open the stream anew by themselves, and the server asks again whether it may go on.
    """
    return request.headers.get(BACKGROUND) != "true" and request.path != EVENTS


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


def zone_of(person: Person, *, browser: str = "") -> zoneinfo.ZoneInfo:
    """The zone that the person chose, else that of the browser; UTC where neither is known."""
    for name in (person.time_zone, browser):
        try:
            return zoneinfo.ZoneInfo(name or "")
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return zoneinfo.ZoneInfo("UTC")


def _moment(stored: float | None) -> datetime | None:
    return None if stored is None else datetime.fromtimestamp(stored, tz=timezone.get_default_timezone())
