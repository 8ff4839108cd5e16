"""Notices: subscriptions, channels and what was sent; each page looks again by itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from heliograph.errors import HeliographError
from heliograph.inbound.sources import list_sources
from heliograph.kit.clock import utc_now
from heliograph.notices.channel import disable_channel, enable_channel, find_channel
from heliograph.notices.errors import NoSuchChannel, NoSuchSending
from heliograph.notices.keeping import FAILED_DAYS
from heliograph.notices.log import Shown, given_up, list_sendings, read_sending
from heliograph.notices.models import Channel, State
from heliograph.notices.replay import Chosen, channel_of, replay, replay_delivery
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.outside import test_channel
from heliograph.web.reads.inbound import STATES, AlertFilter, alert_lines
from heliograph.web.reads.notices import (
    GLYPHS,
    channel_lines,
    channel_names,
    state_counts,
    subscription_lines,
)
from heliograph.web.views.asked import text, whole, whole_number
from heliograph.web.views.audience import audiences_of, may, names, usable
from heliograph.web.views.waking import wake
from heliograph.workers.unheard import unheard_by

Context = dict[str, object]
PAGE, FAILED_FIRST = 50, 10


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of notices: its name in the address, its title, and what it reads."""

    name: str
    title: str
    read: Callable[[HttpRequest], Context]

    @property
    def address(self) -> str:
        """Where it lies."""
        return (
            reverse("notices") if self.name == "subscriptions" else reverse("notices-tab", args=[self.name])
        )

    @property
    def template(self) -> str:
        """The part that looks again by itself."""
        return f"web/parts/notices/{self.name}.html"


def _subscriptions(request: HttpRequest) -> Context:
    lines = subscription_lines(audiences_of(request))
    called = names([line.asked.audience for line in lines])
    may_write = may(request, "analyst")
    return {
        "lines": [(line, called[line.asked.audience], may_write) for line in lines],
        "channels": channel_names(usable(request)),
        "may_write": may_write,
        "may_operate": may(request, "operator"),
    }


def _channels(request: HttpRequest) -> Context:
    lines = channel_lines(usable(request), at=utc_now())
    tried = text(request, "tried")
    shown = next((line for line in lines if line.item.name == tried), None)
    return {"lines": lines, "tried": shown, "may_operate": may(request, "operator")}


def _log(request: HttpRequest) -> Context:
    audiences = audiences_of(request)
    channel, state = text(request, "channel") or "", text(request, "state") or ""
    state = state if state in State.values else ""
    before = whole_number(request, "before")
    shown = Shown(channel=channel, state=state, audiences=audiences, before=before)
    # What was given up stands above all others, and once.
    rest = shown if state else replace(shown, but=State.FAILED)
    found = list_sendings(rest, limit=PAGE + 1)
    is_first = before is None and not state
    failed = Shown(channel=channel, state=State.FAILED, audiences=audiences)
    kept = {name: value for name, value in (("channel", channel), ("state", state)) if value}
    counts = state_counts(audiences)
    return {
        "failed": list_sendings(failed, limit=FAILED_FIRST) if is_first else [],
        "given_up": given_up(failed) if is_first or state == State.FAILED else [],
        "lines": found[:PAGE],
        "glyphs": GLYPHS,
        "channel": channel,
        "state": state,
        "channels": channel_names(usable(request)),
        "tabs_of_log": [
            ("", "All", sum(counts.values())),
            (State.FAILED, "Given up", counts.get(State.FAILED, 0)),
            (State.PENDING, "Waiting", counts.get(State.PENDING, 0)),
            (State.SENT, "Sent", counts.get(State.SENT, 0)),
        ],
        "counts": counts,
        "asked": urlencode({**kept, **({"before": before} if before else {})}),
        "older": urlencode({**kept, "before": found[PAGE - 1].id}) if len(found) > PAGE else "",
        "first": before is None,
        "kept_channel": urlencode({"channel": channel}) if channel else "",
        "days": settings.HELIOGRAPH_NOTICE_DAYS,
        "failed_days": max(settings.HELIOGRAPH_NOTICE_DAYS, FAILED_DAYS),
        "may_operate": may(request, "operator"),
    }


def _inbound(request: HttpRequest) -> Context:
    source, state = text(request, "source") or "", text(request, "state") or ""
    state = state if state in dict(STATES) else ""
    before, unseen = whole_number(request, "before"), hidden(request)
    lines, older = alert_lines(AlertFilter(source, state, before, unseen), limit=PAGE)
    kept = {name: value for name, value in (("source", source), ("state", state)) if value}
    return {
        "sources": list_sources(hidden=unseen),
        "lines": lines,
        "source": source,
        "state": state,
        "states": STATES,
        "asked": urlencode({**kept, **({"before": before} if before else {})}),
        "older": urlencode({**kept, "before": older}) if older else "",
        "first": before is None,
        "kept_source": urlencode({"source": source}) if source else "",
        "days": settings.HELIOGRAPH_ALERT_DAYS,
        "may_operate": may(request, "operator"),
        "read_at": utc_now(),
    }


TABS = {
    tab.name: tab
    for tab in (
        Tab("subscriptions", "Subscriptions", _subscriptions),
        Tab("channels", "Channels", _channels),
        Tab("log", "Log", _log),
        Tab("inbound", "From outside", _inbound),
    )
}


@require_safe
@needs("viewer")
@vary_on_headers("HX-Request")
def notices_page(request: HttpRequest, name: str = "subscriptions") -> HttpResponse:
    """One of the pages, or its live part alone where htmx asks for it."""
    tab = TABS.get(name)
    if tab is None:
        raise Http404(f"There is no page of notices named {name}.")
    template = tab.template if request.headers.get("HX-Request") else "web/pages/notices.html"
    return render(request, template, {"tab": tab, "tabs": TABS.values(), **tab.read(request)})


@require_safe
@needs("viewer")
def message_page(request: HttpRequest, number: int) -> HttpResponse:
    """One message: what it said, and every try."""
    try:
        whole_one = read_sending(number, audiences=audiences_of(request))
    except NoSuchSending as fault:
        raise Http404(str(fault)) from fault
    context = {
        "item": whole_one.item,
        "said": whole_one.text,
        "told": whole_one.told,
        "glyph_of": GLYPHS[State(whole_one.item.state)],
        "may_operate": may(request, "operator"),
    }
    return render(request, "web/pages/message.html", context)


@require_POST
@needs("operator")
def channel_act(request: HttpRequest) -> HttpResponse:
    """Try a channel, let notices go to it or not; then back."""
    act, name = request.POST.get("act", ""), request.POST.get("of", "").replace("\x00", "")
    if act not in ("test", "enable", "disable"):
        raise Http404("There is no such act.")
    own_channel(request, name)
    try:
        if act == "test":
            # What went wrong stands in the log, and beside the channel.
            test_channel(request, name, at=utc_now())
        else:
            with transaction.atomic():
                (enable_channel if act == "enable" else disable_channel)(name)
                tell(request, f"channel.{act}", name)
            wake("deliver_due")
    except HeliographError as fault:
        tab = TABS["channels"]
        context = {"tab": tab, "tabs": TABS.values(), "fault": str(fault), **tab.read(request)}
        return render(request, "web/pages/notices.html", context, status=409)
    if request.POST.get("page") == "own":
        return redirect("channel", name)
    tried = f"?{urlencode({'tried': name})}" if act == "test" else ""
    return redirect(f"{reverse('notices-tab', args=['channels'])}{tried}")


@require_POST
@needs("operator")
def log_act(request: HttpRequest) -> HttpResponse:
    """Send one message again, or all of a channel that was given up; then back to where one was."""
    number, channel = whole(request.POST.get("delivery", "")), request.POST.get("channel", "")
    try:
        with transaction.atomic():
            if number is not None:
                own_channel(request, channel_of(number))
                count = replay_delivery(number, at=utc_now(), hides=unheard_by)
                tell(request, "notice.replay", f"delivery {number}", count=count)
            else:
                chosen = own_channel(request, channel.replace("\x00", ""))
                count = replay(Chosen(channel=chosen), at=utc_now(), hides=unheard_by)
                tell(request, "notice.replay", chosen.name, count=count)
    except HeliographError as fault:
        raise Http404(str(fault)) from fault
    wake("deliver_due")
    return redirect("notices-tab", "log")


def own_channel(request: HttpRequest, name: str) -> Channel:
    """The channel of that name, which is not there for whom it is none of theirs."""
    try:
        found = find_channel(name.replace("\x00", ""))
    except NoSuchChannel as fault:
        raise Http404(str(fault)) from fault
    audiences = audiences_of(request)
    if audiences is not None and found.audience not in audiences:
        raise Http404(f"There is no channel '{name}'.")
    return found
