"""The signing secret that was made for a webhook: shown on demand, replaced in two steps."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from heliograph.notices import channel as verbs
from heliograph.notices.errors import BadChannel
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.views.notices import own_channel

# In the session of who made a secret: the channel, until it was shown to them.
MADE = "channel_made"


def note_made(request: HttpRequest, name: str) -> None:
    """Who has just made a secret sees it once without a question."""
    request.session[MADE] = name


@require_POST
@needs("operator")
@never_cache
def channel_secret(request: HttpRequest, name: str) -> HttpResponse:
    """Show the secret, make a new one, or end the old one; each is told to the trail."""
    known, act = own_channel(request, name), request.POST.get("act", "")
    if act not in ("show", "renew", "end"):
        raise Http404("There is no such act.")
    again = None if _has_just_made(request, known.name) else _ask_again(request, known.name)
    if again is not None:
        return again
    try:
        with transaction.atomic():
            if act == "renew":
                verbs.renew_secret(known.name)
            elif act == "end":
                verbs.end_old_secret(known.name)
            secrets = verbs.made_secrets(known.name)
            tell(request, "channel.secret", known.name, act=act)
    except BadChannel as fault:
        messages.error(request, str(fault))
        return redirect("channel", known.name)
    if act == "end":
        messages.success(request, "Requests are signed with the newest secret alone.")
        return redirect("channel", known.name)
    request.session.pop(MADE, None)
    context = {"channel": known, "secrets": secrets}
    return render(request, "web/pages/channel_secret.html", context)


def _has_just_made(request: HttpRequest, name: str) -> bool:
    return request.session.get(MADE) == name


def _ask_again(request: HttpRequest, name: str) -> HttpResponse | None:
    """To where one says again who one is; None who did so lately, or has nothing to say it with."""
    if not request.user.is_authenticated:
        raise Http404("A program has its secret from who added the channel.")
    ways = get_adapter().get_reauthentication_methods(request.user)
    if not ways or did_recently_reauthenticate(request):
        return None
    back = reverse("channel", args=[name])
    return HttpResponseRedirect(f"{ways[0]['url']}?{urlencode({'next': back})}")
