"""What this is, the words it uses, whose work it stands on; and the choice of the theme."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

import heliograph
from heliograph.accounts.models import Person
from heliograph.web.accounts.access import changes_nothing, needs, public
from heliograph.web.context import THEME_COOKIE, THEMES

YEAR = 365 * 24 * 3600


@require_safe
@needs("viewer")
def about_page(request: HttpRequest) -> HttpResponse:
    """Version, words, notices."""
    return render(request, "web/pages/about.html", {"release": heliograph.__version__})


@require_POST
@changes_nothing
@public
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or system, and go back."""
    following = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None):
        following = "/"
    response = redirect(following)
    theme = request.POST.get("theme")
    if theme in THEMES:
        if request.user.is_authenticated:
            Person.objects.filter(pk=request.user.pk).update(theme=theme)
        response.set_cookie(
            THEME_COOKIE, theme, max_age=YEAR, samesite="Strict", httponly=True, secure=request.is_secure()
        )
    return response
