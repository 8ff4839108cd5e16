"""Why a strategy did, or did not, give a signal for an instrument at a bar."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from heliograph.market.models import Instrument
from heliograph.signals.models import StrategyVersion
from heliograph.signals.queries import seen
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.reads.candles import bar_that_holds
from heliograph.web.views.asked import moment, text, whole_number
from heliograph.web.views.explained import explained

MOST_INSTRUMENTS = 500


@require_safe
@needs("viewer")
def why_not_page(request: HttpRequest) -> HttpResponse:
    """A form; with version, instrument and bar also the explanation of that bar."""
    stored = StrategyVersion.objects.filter(seen(hidden(request), "strategy")).select_related("strategy")
    versions = list(stored.order_by("strategy__name", "-number"))
    instruments = list(
        Instrument.objects.select_related("venue").order_by("symbol", "venue__name")[:MOST_INSTRUMENTS]
    )
    version = _of(versions, whole_number(request, "version"))
    instrument = _of(instruments, whole_number(request, "instrument"))
    bar = _bar(request, version, instrument)
    context: dict[str, object] = {
        "versions": versions,
        "instruments": instruments,
        "version": version,
        "instrument": instrument,
        "bar": bar,
        "bar_text": f"{bar:%Y-%m-%dT%H:%M}" if bar else request.GET.get("bar", "")[:40],
        "bad_bar": bool(text(request, "bar")) and moment(request, "bar") is None,
    }
    if version and instrument and bar:
        now = request.GET.get("now") == "1"
        context |= explained(version=version, instrument=instrument, bar_time=bar, now=now)
        query = {"version": version.pk, "instrument": instrument.pk, "bar": bar.isoformat(), "now": 1}
        context["now_address"] = f"{reverse('why-not')}?{urlencode(query)}"
    return render(request, "web/pages/why_not.html", context)


def _of(rows: list, pk: int | None):
    return next((row for row in rows if row.pk == pk), None)


def _bar(
    request: HttpRequest, version: StrategyVersion | None, instrument: Instrument | None
) -> datetime | None:
    """The open of the bar that holds the asked moment; without one that of the newest stored bar."""
    if version is None or instrument is None:
        return None
    asked = moment(request, "bar")
    if asked is None and text(request, "bar"):
        return None
    return bar_that_holds(asked, instrument.pk, version.timeframe)
