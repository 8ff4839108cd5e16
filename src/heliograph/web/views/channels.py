"""A channel's own pages: what it is to be, its form, what comes next; changed and removed."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heliograph.kit.clock import utc_now
from heliograph.notices import channel as verbs
from heliograph.notices.channels.inside import refuse_inside
from heliograph.notices.channels.offers import MACHINE, OFFERS, PEOPLE, PROGRAMS, Offer, offer_of
from heliograph.notices.channels.webhook.own_secret import OWN_SECRET
from heliograph.notices.errors import BadChannel
from heliograph.notices.models import Channel
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.reads.notices import channel_line, effect_of_removal, wishes_of
from heliograph.web.views.audience import audiences_of, choices, may
from heliograph.web.views.channel_form import ChannelForm, in_words
from heliograph.web.views.channel_secret import note_made
from heliograph.web.views.notices import own_channel
from heliograph.web.views.waking import wake


@require_safe
@needs("operator")
def channel_new(request: HttpRequest) -> HttpResponse:
    """What a channel can be, one line each."""
    listed = [
        (group, [one for one in OFFERS.values() if one.group == group])
        for group in (PROGRAMS, PEOPLE, MACHINE)
    ]
    return render(request, "web/pages/channel_new.html", {"groups": listed})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("operator")
def channel_add(request: HttpRequest, what: str) -> HttpResponse:
    """The form of a new channel; a POST stores it and leads to its page."""
    offer = OFFERS.get(what)
    if offer is None or not offer.group:
        raise Http404(f"There is no channel of the kind {what}.")
    form, allowed = ChannelForm(offer, is_admin=may(request, "admin")), choices(request)
    if request.method != "POST":
        form.audience = allowed[0][0]
        return _form(request, form, {})
    form.read(request.POST)
    try:
        if form.audience not in dict(allowed):
            raise BadChannel("Choose for whom it is.", field="audience")
        options = _checked(form)
        with transaction.atomic():
            made = verbs.add_channel(
                form.name,
                kind=offer.kind,
                options=options,
                topics=None,
                audience=form.audience,
                at=utc_now(),
            )
            tell(request, "channel.add", made.name, kind=offer.kind)
    except BadChannel as fault:
        return _form(request, form, _faults(fault, form))
    if made.options.get(OWN_SECRET):
        note_made(request, made.name)
    messages.success(request, f"The channel {made.name} is stored.")
    return redirect("channel", made.name)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("operator")
def channel_change(request: HttpRequest, name: str) -> HttpResponse:
    """The form of a channel that there is; what waits goes as it is changed."""
    known = own_channel(request, name)
    form = ChannelForm(
        _offer(known), is_admin=may(request, "admin"), name=known.name, known=known.options
    ).again()
    if request.method != "POST":
        return _form(request, form, {}, known=known)
    form.read(request.POST)
    form.name = known.name
    try:
        options = _checked(form)
        with transaction.atomic():
            changed = verbs.change_channel(known.name, options)
            tell(request, "channel.change", known.name, options=_names_of_changed(known, changed))
    except BadChannel as fault:
        return _form(request, form, _faults(fault, form), known=known)
    wake("deliver_due")
    if changed.options.get(OWN_SECRET) and not known.options.get(OWN_SECRET):
        note_made(request, known.name)
    messages.success(request, f"The channel {known.name} is changed.")
    return redirect("channel", known.name)


@require_safe
@needs("operator")
def channel_page(request: HttpRequest, name: str) -> HttpResponse:
    """One channel: how it does, its secret, a test, what comes on it, what it is."""
    known = own_channel(request, name)
    offer = _offer(known)
    form = ChannelForm(offer, is_admin=True, known=known.options).again()
    context = {
        "channel": known,
        "offer": offer,
        "line": channel_line(known),
        "marks": len(str(known.options.get(OWN_SECRET, "")).split()),
        "signed_by": known.options.get("secret_env", ""),
        "fields": [one for one in form.fields({}) if one.value],
        "wishes": wishes_of(known, audiences_of(request)),
        "effect": effect_of_removal(known),
        "read_at": utc_now(),
    }
    return render(request, "web/pages/channel.html", context)


@require_POST
@needs("operator")
@transaction.atomic
def channel_remove(request: HttpRequest, name: str) -> HttpResponse:
    """Forget it, with its subscriptions and what waits for it."""
    known = own_channel(request, name)
    unsent = verbs.remove_channel(known.name)
    tell(request, "channel.remove", known.name, unsent=unsent)
    messages.success(request, f"The channel {known.name} is removed.")
    return redirect("notices-tab", "channels")


def _offer(known: Channel) -> Offer:
    offer = offer_of(known.kind, known.options)
    if offer is None:
        raise Http404(f"This version of Heliograph knows no channels of kind {known.kind}.")
    return offer


def _checked(form: ChannelForm) -> dict[str, object]:
    """The options, none of which leads inside."""
    options = form.options()
    missing = next((one for one in form.asks if one.needed and not options.get(one.name)), None)
    if missing:
        raise BadChannel(f"{missing.label} is needed.", field=missing.name)
    refuse_inside(options)
    return options


def _names_of_changed(known: Channel, changed: Channel) -> list[str]:
    names = known.options.keys() | changed.options.keys()
    return sorted(one for one in names if known.options.get(one) != changed.options.get(one))


def _faults(fault: BadChannel, form: ChannelForm) -> dict[str, str]:
    asked = {"name", "audience", *(one.name for one in form.asks)}
    return {fault.field if fault.field in asked else "": in_words(str(fault), form)}


def _variable(form: ChannelForm) -> str:
    """The name of a variable that holds a secret, as an example; empty where none is asked for or named."""
    secrets = [one for one in form.asks if one.is_secret]
    named = [form.typed[one.name] for one in secrets if form.typed.get(one.name)]
    return next(iter([*named, *(one.example for one in secrets if not one.more)]), "")


def _form(
    request: HttpRequest, form: ChannelForm, faults: dict[str, str], *, known: Channel | None = None
) -> HttpResponse:
    labels = {"name": "Name", "audience": "For", "": "The channel"}
    labels |= {one.name: one.label for one in form.asks}
    drawn = form.fields(faults)
    context = {
        "form": form,
        "offer": form.offer,
        "known": known,
        "faults": faults,
        "listed": [(labels[name], name, sentence) for name, sentence in faults.items()],
        "fields": [one for one in drawn if not one.ask.more],
        "more": [one for one in drawn if one.ask.more],
        "more_open": any(one.is_open(faults.values()) for one in drawn if one.ask.more),
        "variable": _variable(form),
        "makes_secret": form.offer.name == "webhook",
        "choices": choices(request),
    }
    return render(request, "web/pages/channel_form.html", context, status=422 if faults else 200)
