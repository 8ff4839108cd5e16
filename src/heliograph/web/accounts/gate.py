"""The gate before every view: who is nobody signs in, who may not is told so, and changes are recorded."""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from ninja.utils import check_csrf

from heliograph.accounts.errors import TokenRefused
from heliograph.accounts.models import Person
from heliograph.accounts.roles import Role
from heliograph.accounts.tokens import SCOPE, shown
from heliograph.kit.logs import note
from heliograph.web.accounts.access import SAFE, Unmarked, is_change, is_for_programs, role_needed
from heliograph.web.accounts.asker import Asker, asker_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.problems import nowhere, problem

REALM = 'Bearer realm="Heliograph"'
NOBODY = "Sign in, or send a token as `Authorization: Bearer hg_...`; `heliograph token add` makes one."
FORGED = "A session needs the CSRF token of a page as `X-CSRFToken` to change something; a token does not."
SIGN_IN = "account_login"


class AccessMiddleware(MiddlewareMixin):
    """Lets a request through to its view, or answers itself. A view without a mark does not exist."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple, named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """None lets it through."""
        method = request.method or "GET"
        if "signal_id" in named:
            note(signal_id=named["signal_id"])
        try:
            asked = role_needed(view, method)
        except Unmarked as fault:
            if request.path.startswith("/api/"):
                return nowhere(request)
            raise Http404("Nothing is here.") from fault
        if asked is None:
            return None
        try:
            asker = asker_of(request)
        except TokenRefused as fault:
            return _unknown(f'{REALM}, error="invalid_token"', str(fault))
        if asker.person is None:
            return None if _is_open_here(request, view) else _sign_in(request)
        role = asker.role
        if role is None or not role.may(asked):
            return _forbidden(request, asker, asked)
        if _may_be_forged(request, asker):
            return problem(HTTPStatus.FORBIDDEN, FORGED)
        request.is_change = is_change(view, method)  # type: ignore[attr-defined]
        return None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """A change of which the view told nothing itself is in the trail under the name of its address."""
        if (
            getattr(request, "is_change", False)
            and _was_done(request, response)
            and not asker_of(request).recorded
        ):
            match = request.resolver_match
            action = (match and match.url_name) or request.path
            tell(request, action, _subject(request), method=request.method, address=request.path)
        return response


def _is_open_here(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Whether the view is open to this machine, which nobody has an account on yet.

    What a proxy sends on comes from elsewhere, whatever its own address is.
    """
    return (
        getattr(view, "open_before_accounts", False)
        and is_loopback(request.META.get("REMOTE_ADDR", ""))
        and "X-Forwarded-For" not in request.headers
        and "Forwarded" not in request.headers
        and not Person.objects.exists()
    )


def is_loopback(address: str) -> bool:
    """True for addresses that only this machine has."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _may_be_forged(request: HttpRequest, asker: Asker) -> bool:
    """The views of the API are exempt from the check of pages: a token needs none, but a session does."""
    is_session = asker.token is None and request.path.startswith("/api/")
    return is_session and request.method not in SAFE and check_csrf(request) is not None


def _was_done(request: HttpRequest, response: HttpResponseBase) -> bool:
    """A page that is shown again says what was wrong in its form; what was done leads to another."""
    status = response.status_code
    if response.headers.get("Idempotency-Replayed"):
        return False
    if request.path.startswith("/api/") or request.headers.get("HX-Request") == "true":
        return status < HTTPStatus.BAD_REQUEST
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST


def _subject(request: HttpRequest) -> str:
    match = request.resolver_match
    return ", ".join(str(value) for value in match.kwargs.values()) if match else ""


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    if is_for_programs(request.path):
        return _unknown(REALM, NOBODY)
    # What htmx asks for is a part: the page around it is where one comes back to.
    part = request.headers.get("HX-Request") == "true"
    here = _address_of_page(request) if part or request.method != "GET" else request.get_full_path()
    address = f"{reverse(SIGN_IN)}?{urlencode({'next': here})}"
    if part:
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _address_of_page(request: HttpRequest) -> str:
    """The path of the page that the request came from, the overview where it is not told."""
    told = urlsplit(request.headers.get("HX-Current-URL", ""))
    return (f"{told.path}?{told.query}" if told.query else told.path) or reverse("overview")


def _unknown(challenge: str, sentence: str) -> HttpResponse:
    return problem(HTTPStatus.UNAUTHORIZED, sentence, headers={"WWW-Authenticate": challenge})


def _forbidden(request: HttpRequest, asker: Asker, asked: Role) -> HttpResponse:
    sentence = _why_not(asker, asked)
    if is_for_programs(request.path):
        answer = problem(HTTPStatus.FORBIDDEN, sentence)
        if asker.token is not None:
            answer["WWW-Authenticate"] = f'{REALM}, error="insufficient_scope", scope="{SCOPE[asked]}"'
        return answer
    return render(request, "403.html", {"exception": sentence}, status=HTTPStatus.FORBIDDEN)


def _why_not(asker: Asker, asked: Role) -> str:
    assert asker.person is not None
    held = Asker(asker.person).role
    if asker.token is not None and held is not None and held.may(asked):
        return f"The token {shown(asker.token)} has scope {asker.token.scope}; this needs {SCOPE[asked]}."
    has = f"the role {held}" if held else "no role"
    return f"This needs the role {asked}; {asker.person.name} has {has}. An admin can give it."
