"""Coming in by a one-time link."""

from http import HTTPStatus

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from heliograph.accounts import links
from heliograph.accounts.errors import BadLink, NameTaken
from heliograph.accounts.models import Invitation, Person
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import public
from heliograph.web.accounts.forms import ComeInForm, PasswordForm

TITLES = {
    Invitation.Kind.INVITE: "Come in",
    Invitation.Kind.FIRST_ADMIN: "Be the first admin",
    Invitation.Kind.RESET: "Choose a new password",
}


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public
def enter_page(request: HttpRequest, secret: str) -> HttpResponse:
    """What a link is for: to enter at once, to choose name and password, or a new password."""
    at = utc_now()
    try:
        link = links.find_link(secret, at=at)
        if link.kind == Invitation.Kind.OWNER:
            return _sign_in(request, links.enter(link, at=at)) if request.method != "HEAD" else HttpResponse()
        return _choose(request, link)
    except BadLink as fault:
        return render(request, "account/bad_link.html", {"why": fault}, status=HTTPStatus.GONE)


def _choose(request: HttpRequest, link: Invitation) -> HttpResponse:
    is_reset = link.kind == Invitation.Kind.RESET
    data = request.POST if request.method == "POST" else None
    if is_reset:
        form = PasswordForm(data, person=link.person)
    else:
        form = ComeInForm(data, initial={"name": link.name})
    if data is not None and form.is_valid():
        try:
            return _sign_in(request, _use(link, form.cleaned_data))
        except NameTaken as fault:
            form.add_error("name", str(fault))
    context = {"form": form, "link": link, "title": TITLES[Invitation.Kind(link.kind)]}
    status = HTTPStatus.OK if data is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "account/enter.html", context, status=status)


def _use(link: Invitation, chosen: dict[str, str]) -> Person:
    if link.kind == Invitation.Kind.RESET:
        return links.choose_password(link, password=chosen["password"], at=utc_now())
    return links.come_in(link, name=chosen["name"], password=chosen["password"], at=utc_now())


def _sign_in(request: HttpRequest, person: Person) -> HttpResponse:
    """Signed in as by a password: who has a second factor is asked for it."""
    if request.user.is_authenticated and request.user.pk != person.pk:
        request.session.flush()
    return perform_login(request, Login(user=person))
