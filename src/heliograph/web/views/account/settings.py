"""One's own settings: profile, sign-in, sessions."""

from http import HTTPStatus

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.accounts.models import Person
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.forms import ProfileForm
from heliograph.web.accounts.told import tell
from heliograph.web.reads.people import session_lines

Kind = Authenticator.Type


@needs("viewer")
def settings_page(request: HttpRequest) -> HttpResponse:
    """Name, e-mail, time zone, candles; the theme."""
    person = _person(request)
    data = request.POST if request.method == "POST" else None
    form = ProfileForm(data, instance=Person.objects.get(pk=person.pk))
    if data is not None and form.is_valid():
        form.save()
        tell(request, "person.profile", person.name, changed=form.changed_data)
        messages.success(request, "Your settings are saved.")
        return redirect("settings")
    status = HTTPStatus.OK if data is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "web/pages/settings.html", {"form": form}, status=status)


@require_safe
@needs("viewer")
def security_page(request: HttpRequest) -> HttpResponse:
    """Password, second factors, passkeys, recovery codes."""
    person = _person(request)
    found = list(Authenticator.objects.filter(user=person).order_by("created_at"))
    codes = next((row.wrap() for row in found if row.type == Kind.RECOVERY_CODES), None)
    context = {
        "has_password": person.has_usable_password(),
        "app": next((row for row in found if row.type == Kind.TOTP), None),
        "keys": [row.wrap() for row in found if row.type == Kind.WEBAUTHN],
        "codes_left": None if codes is None else len(codes.get_unused_codes()),
        "protected": get_adapter().is_mfa_enabled(person, [Kind.TOTP, Kind.WEBAUTHN]),
        "may_have_keys": can_have_passkeys(request),
    }
    return render(request, "web/pages/security.html", context)


@require_safe
@needs("viewer")
def sessions_page(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    lines = session_lines(_person(request), current=request.session.session_key or "")
    return render(request, "web/pages/sessions.html", {"lines": lines})


@require_POST
@needs("viewer")
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out elsewhere: one session, or all but this one."""
    own = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    if request.POST.get("session"):
        asked = request.POST["session"]
        own = [get_object_or_404(own, pk=int(asked) if asked.isdecimal() else 0)]  # type: ignore[assignment]
    for session in own:
        session.end()
    messages.success(request, "Signed out there.")
    return redirect("sessions")


def can_have_passkeys(request: HttpRequest) -> bool:
    """Whether browsers offer passkeys here: by https under a name, or on localhost."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    is_name = any(letter.isalpha() for letter in host) and not host.startswith("[")
    return request.is_secure() and is_name


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person) or request.user.pk
    return request.user  # type: ignore[return-value]
