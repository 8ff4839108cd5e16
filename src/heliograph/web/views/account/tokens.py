"""Tokens of programs: one's own, and for admins those of others."""

from datetime import timedelta
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from heliograph.accounts import tokens as verbs
from heliograph.accounts.errors import BadTokenName
from heliograph.accounts.models import ApiToken
from heliograph.accounts.roles import Role
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import asker_of
from heliograph.web.accounts.told import tell

SCOPES = [
    ("read", "read: look at everything"),
    ("write", "write: also change, but neither people nor tokens"),
    ("admin", "admin: all that its person may"),
]
LASTS = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is revoked")]


class TokenForm(forms.Form):
    """What a token is for."""

    name = forms.CharField(label="What it is for", max_length=verbs.LONGEST_NAME)
    scope = forms.ChoiceField(label="Scope", choices=SCOPES)
    days = forms.ChoiceField(label="It works for", choices=LASTS, required=False, initial="90")


@require_safe
@needs("viewer")
def tokens_page(request: HttpRequest) -> HttpResponse:
    """The tokens and a form for another."""
    return _page(request, TokenForm())


@require_POST
@needs("viewer")
@never_cache
@transaction.atomic
def add_token(request: HttpRequest) -> HttpResponse:
    """Make a token of one's own and show it, this once."""
    form, at = TokenForm(request.POST), utc_now()
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    asked, person = form.cleaned_data, asker_of(request).person
    assert person is not None
    expires_at = at + timedelta(days=int(asked["days"])) if asked["days"] else None
    try:
        made = verbs.add_token(
            asked["name"], person=person, scope=asked["scope"], expires_at=expires_at, at=at
        )
    except BadTokenName as fault:
        form.add_error("name", str(fault))
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    tell(request, "token.add", made.token.name, scope=asked["scope"], token=verbs.shown(made.token))
    return render(request, "web/pages/token.html", {"made": made})


@require_POST
@needs("viewer")
@transaction.atomic
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Take a token back; those of others are an admin's to take back, and not there for anybody else."""
    found = _tokens(request).filter(pk=token_id).first()
    if found is None:
        raise Http404("There is no token of that number.")
    if verbs.revoke(found, at=utc_now()):
        messages.success(request, f"The token {found.name} opens nothing any more.")
    tell(request, "token.revoke", found.name, token=verbs.shown(found), person=found.person.name)
    return redirect("tokens")


def _tokens(request: HttpRequest):
    asker = asker_of(request)
    return verbs.list_tokens(None if asker.role is Role.ADMIN else asker.person)


def _page(request: HttpRequest, form: TokenForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    at, person = utc_now(), asker_of(request).person
    context = {
        "lines": [_line(one, state=verbs.state_of(one, at=at)) for one in _tokens(request)[:200]],
        "form": form,
        "own": person,
        "read_at": at,
    }
    return render(request, "web/pages/tokens.html", context, status=status)


def _line(token: ApiToken, *, state: str) -> dict[str, object]:
    glyph = {"living": "good", "expired": "off", "revoked": "rejected"}[state]
    return {"token": token, "shown": verbs.shown(token), "state": state, "glyph": glyph}
