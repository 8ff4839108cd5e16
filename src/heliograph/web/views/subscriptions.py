"""The form of a subscription: added, changed, tried on what came lately; paused and removed."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.notices.errors import BadSubscription, NoSuchSubscription
from heliograph.notices.models import Subscription
from heliograph.notices.subscription import (
    Preview,
    Wish,
    add_subscription,
    change_subscription,
    find_subscription,
    pause_subscription,
    preview,
    remove_subscription,
)
from heliograph.notices.topics import TOPICS
from heliograph.notices.words import title_of
from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.accounts.told import tell
from heliograph.web.reads.notices import channel_names
from heliograph.web.views.audience import audiences_of, choices, hidden_names, may, names, usable
from heliograph.web.views.subscription_form import BadForm, Form, field_of
from heliograph.web.views.waking import wake

ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Zurich",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Australia/Sydney",
)
LABELS = {
    "channel": "Channel",
    "audience": "For",
    "topics": "Topics",
    "strategies": "Strategies",
    "instruments": "Instruments",
    "confidence": "Confidence from",
    "side": "Side",
    "quiet_from": "Quiet from",
    "quiet_until": "Quiet until",
    "quiet_but": "Come all the same",
    "zone": "Zone",
    "pace": "When",
    "digest_minutes": "Every so many minutes",
    "digest_at": "Daily at",
    "per_minute": "Messages a minute",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("analyst")
def subscription_page(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """The form of a new subscription or of one that there is; a POST stores it."""
    known = _own(request, number) if number is not None else None
    faults: dict[str, str] = {}
    if request.method == "POST":
        form = Form.of(request.POST)
        try:
            _store(form.wish(), known, request)
        except BadForm as fault:
            faults = fault.faults
        except BadSubscription as fault:
            faults = {field_of(fault): str(fault)}
        except UserError as fault:
            faults = {"channel": str(fault)}
        else:
            return redirect("notices")
    else:
        form = Form.again(known) if known else _fresh(request)
    context = _context(request, form, faults) | {"known": known}
    return render(request, "web/pages/subscription.html", context, status=422 if faults else 200)


@require_POST
@needs("analyst")
@changes_nothing
def subscription_preview(request: HttpRequest) -> HttpResponse:
    """What would have come of the last days by the form as it stands."""
    return render(request, "web/parts/notices/preview.html", _preview(request, Form.of(request.POST)))


@require_POST
@needs("analyst")
def subscription_act(request: HttpRequest, number: int) -> HttpResponse:
    """Pause it, let it go on, or remove it; then back."""
    act, audiences = request.POST.get("act", ""), audiences_of(request)
    try:
        with transaction.atomic():
            channel = find_subscription(number, audiences=audiences).channel.name
            if act == "remove":
                remove_subscription(number, at=utc_now(), audiences=audiences)
            elif act in ("pause", "resume"):
                pause_subscription(number, paused=act == "pause", audiences=audiences)
            else:
                raise Http404("There is no such act.")
            tell(request, f"subscription.{act}", f"subscription {number}", channel=channel)
    except NoSuchSubscription as fault:
        raise Http404(str(fault)) from fault
    wake("deliver_due")
    return redirect("notices")


def _own(request: HttpRequest, number: int) -> Subscription:
    try:
        return find_subscription(number, audiences=audiences_of(request))
    except NoSuchSubscription as fault:
        raise Http404(str(fault)) from fault


def _store(wish: Wish, known: Subscription | None, request: HttpRequest) -> None:
    if wish.audience not in dict(choices(request)) and (known is None or known.audience != wish.audience):
        raise BadSubscription("audience", "Choose for whom it is.")
    if wish.channel not in channel_names(usable(request)):
        raise BadSubscription("channel", f"There is no channel '{wish.channel[:64]}'.")
    with transaction.atomic():
        if known is None:
            action, made = "subscription.add", add_subscription(wish, at=utc_now())
        else:
            action = "subscription.change"
            made = change_subscription(known.pk, wish, audiences=audiences_of(request))
        tell(request, action, f"subscription {made.pk}", channel=wish.channel)


def _fresh(request: HttpRequest) -> Form:
    """The form as it comes up: published signals at once, on the only channel or the one that was named."""
    names = channel_names(usable(request))
    named = request.GET.get("channel", "")
    channel = named if named in names else names[0] if len(names) == 1 else ""
    topics = [one for one in request.GET.getlist("topic") if one in TOPICS]
    return Form(channel=channel, audience=choices(request)[0][0], topics=topics or ["signal.published"])


def _context(request: HttpRequest, form: Form, faults: dict[str, str]) -> dict[str, object]:
    # `signal.*`, as a command may have stored it, is ticked as all that it means.
    return {
        "form": form,
        "faults": faults,
        "listed": [(LABELS.get(name, name), name, sentence) for name, sentence in faults.items()],
        "topics": [(one, _is_ticked(one.name, form.topics)) for one in TOPICS.values()],
        "but": [(one, _is_ticked(one.name, form.quiet_but)) for one in TOPICS.values()],
        "channels": channel_names(usable(request)),
        "choices": _choices(request, form.audience),
        "zones": ZONES,
        "may_operate": may(request, "operator"),
        **_preview(request, form),
    }


def _choices(request: HttpRequest, known: str) -> list[tuple[str, str]]:
    """Those, and whose it is already."""
    found = choices(request)
    return found if known in dict(found) else [*found, *names([known]).items()]


def _is_ticked(name: str, wanted: list[str]) -> bool:
    return any(name == one or (one.endswith(".*") and name.startswith(one[:-1])) for one in wanted)


def _preview(request: HttpRequest, form: Form) -> dict[str, object]:
    try:
        wish = form.wish()
        if wish.channel not in channel_names(usable(request)):
            return {"why": "Choose a channel to see what would have come."}
        found: Preview = preview(wish, at=utc_now(), hidden=hidden_names(request))
    except (BadForm, UserError) as fault:
        return {"why": str(fault)}
    examples = [
        (title_of(one.topic, one.payload, subject=one.subject), one.created_at) for one in found.examples
    ]
    return {"found": found, "examples": examples, "measured": utc_now()}
