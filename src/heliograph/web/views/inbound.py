"""Signals from outside: the sources, the newest alerts, a new source, its secret, and its end."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heliograph.engine.errors import EngineError
from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.errors import UserError
from heliograph.inbound import sources as verbs
from heliograph.inbound.errors import NoSuchSource
from heliograph.inbound.models import Source
from heliograph.kit.clock import utc_now
from heliograph.market.models import Venue
from heliograph.signals.models import Signal, Strategy
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.reads.inbound import AlertFilter, alert_lines
from heliograph.web.views.audience import may
from heliograph.web.views.inbound_form import SourceForm

ALERTS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@needs("operator")
@never_cache
def source_new(request: HttpRequest) -> HttpResponse:
    """The form of a new source; a POST stores it and shows its secret, this once."""
    if request.method != "POST":
        return _form(request, SourceForm())
    form = SourceForm.of(request.POST)
    try:
        if Strategy.objects.filter(name=form.strategy, pk__in=hidden(request)).exists():
            raise UserError(f"A strategy named '{form.strategy}' belongs to others; choose another name.")
        with transaction.atomic():
            made, secret = verbs.add_source(
                form.typed["name"],
                asked=form.asked(),
                strategy=form.typed["strategy"],
                venue=form.typed["venue"],
                addresses=form.addresses,
                live="live" in form.ticked,
                at=utc_now(),
            )
            tell(request, "source.add", made.name, strategy=made.version.strategy.name)
    except (UserError, EngineError) as fault:
        return _form(request, form, fault=str(fault))
    return _show_secret(request, made, secret)


@require_safe
@needs("viewer")
def source_page(request: HttpRequest, name: str) -> HttpResponse:
    """One source: how its signals are followed, its secret, its newest alerts."""
    source = own_source(request, name)
    unseen = hidden(request)
    item = next(one for one in verbs.list_sources(hidden=unseen) if one.name == source.name)
    alerts, older = alert_lines(AlertFilter(source=source.name, hidden=unseen), limit=ALERTS)
    running = Signal.objects.filter(version=source.version, outcome__state__in=("pending", "open"))
    context = {
        "item": item,
        "address": address_of(request, source.name),
        "alerts": alerts,
        "all_alerts": f"{reverse('notices-tab', args=['inbound'])}?{urlencode({'source': source.name})}",
        "more": older is not None,
        "running": running.count(),
        "may_operate": may(request, "operator"),
        "read_at": utc_now(),
    }
    return render(request, "web/pages/source.html", context)


@require_POST
@needs("operator")
@never_cache
def source_secret(request: HttpRequest, name: str) -> HttpResponse:
    """Make a new secret and show it, this once; or end the former one."""
    source, act = own_source(request, name), request.POST.get("act", "")
    if act not in ("renew", "end"):
        raise Http404("There is no such act.")
    secret = ""
    try:
        with transaction.atomic():
            if act == "renew":
                secret = verbs.renew_secret(source.name)
            else:
                verbs.end_former_secret(source.name)
            tell(request, "source.secret", source.name, act=act)
    except UserError as fault:
        messages.error(request, str(fault))
        return redirect("source", source.name)
    if act == "renew":
        return _show_secret(request, source, secret)
    messages.success(request, f"{source.name} takes only alerts with its newest secret.")
    return redirect("source", source.name)


@require_POST
@needs("operator")
@transaction.atomic
def source_remove(request: HttpRequest, name: str) -> HttpResponse:
    """Take no more alerts of it; what runs is followed to its end."""
    source = own_source(request, name)
    version = verbs.remove_source(source.name, at=utc_now())
    tell(request, "source.remove", source.name)
    messages.success(request, f"{source.name} is removed; {version} is retired.")
    return redirect("notices-tab", "inbound")


def own_source(request: HttpRequest, name: str) -> Source:
    """The source of that name, which is not there for whom its strategy is none of theirs."""
    try:
        return verbs.find_source(name, hidden=hidden(request))
    except NoSuchSource as fault:
        raise Http404(str(fault)) from fault


def address_of(request: HttpRequest, name: str) -> str:
    """Where its alerts go: at the address that people reach the pages by, where that is known."""
    path = f"/api/v1/inbound/{name}"
    public = settings.HELIOGRAPH_PUBLIC_URL
    return f"{public}{path}" if public else request.build_absolute_uri(path)


def _form(request: HttpRequest, form: SourceForm, *, fault: str = "") -> HttpResponse:
    context = {
        "form": form,
        "fault": fault,
        "timeframes": TIMEFRAMES,
        "venues": list(Venue.objects.order_by("name").values_list("name", flat=True)),
    }
    return render(request, "web/pages/source_new.html", context, status=422 if fault else 200)


def _show_secret(request: HttpRequest, source: Source, secret: str) -> HttpResponse:
    context = {"source": source, "secret": secret, "address": address_of(request, source.name)}
    return render(request, "web/pages/source_secret.html", context)
