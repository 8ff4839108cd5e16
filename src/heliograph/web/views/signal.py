"""The page of one signal: chart, levels, outcome, life, and why it fired."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.engine.strategy import Strategy
from heliograph.inbound.alerts import alert_of
from heliograph.signals.errors import NoSuchSignal
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Signal
from heliograph.signals.queries import Hidden, signal_item
from heliograph.signals.scores import LEAST_N
from heliograph.signals.similar import similar_signals
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.life import ending, level_rows, life_of
from heliograph.web.numbers import price_decimals
from heliograph.web.reads.marks import marks_of
from heliograph.web.reads.signal_chart import signal_chart
from heliograph.web.rows import signal_row, signal_rows
from heliograph.web.signal_picture import signal_picture
from heliograph.web.views.explained import explained
from heliograph.web.would_be import would_be_words

# Of the similar ones that are counted so many are listed.
SHOWN = 8


@needs("viewer")
@require_safe
def signal_page(request: HttpRequest, signal_id: int) -> HttpResponse:
    """All about one signal; 404 if there is none."""
    item, signal = _found(signal_id, hidden(request))
    strategy = Strategy.parse(signal.version.text)
    drawn, bars = signal_chart(item, signal, strategy)
    row = signal_row(item, marks_of([item]).get(item.id))
    context = {
        "item": item,
        "row": row,
        "decimals": drawn.decimals,
        "outcome": f"{ending(item) or row.state}{_found_how(item)}",
        "life": life_of(item, drawn.decimals),
        "chart": drawn.plain(),
        "signal_bar": next((bar for bar in bars if bar.open_time == item.signal_time), None),
        "would_be": would_be_words(signal),
        "revisions": list(signal.revisions.order_by("found_at")),
    }
    more = _strategy(strategy, item) | _why(signal, item) | _similar(signal)
    return render(request, "web/pages/signal.html", context | more)


@needs("viewer")
@require_safe
def signal_panel(request: HttpRequest, signal_id: int) -> HttpResponse:
    """The same without chart and life, for the panel beside the list."""
    return render(request, "web/parts/signal_panel.html", panel(signal_id, hidden=hidden(request)))


@needs("viewer")
@require_safe
def signal_png(request: HttpRequest, signal_id: int) -> HttpResponse:
    """The chart as a picture, `?theme=dark` for dark places; 404 if there is no such signal."""
    theme = request.GET.get("theme", "light")
    if theme not in ("light", "dark"):
        raise Http404(f"There is no theme '{theme}'; there are light and dark.")
    _found(signal_id, hidden(request))
    try:
        picture = signal_picture(signal_id, theme=theme)
    except NoSuchSignal as fault:
        raise Http404(str(fault)) from fault
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "private, max-age=60"})


def panel(signal_id: int, *, hidden: Hidden) -> dict[str, object]:
    """What the panel shows; Http404 if there is no such signal."""
    item, signal = _found(signal_id, hidden)
    strategy = Strategy.parse(signal.version.text)
    prices = [item.close, *item.targets, *(price for price in (item.stop, item.entry_price) if price)]
    context = {
        "item": item,
        "row": signal_row(item, marks_of([item]).get(item.id)),
        "decimals": price_decimals(prices),
        "ending": ending(item),
    }
    return context | _strategy(strategy, item) | _why(signal, item)


def _found(signal_id: int, hidden: Hidden) -> tuple[SignalItem, Signal]:
    try:
        item = signal_item(signal_id, hidden=hidden)
    except NoSuchSignal as fault:
        raise Http404(str(fault)) from fault
    return item, Signal.objects.select_related("version__strategy", "instrument__venue").get(pk=signal_id)


def _found_how(item: SignalItem) -> str:
    if item.state == "rejected":
        return ""
    return ", historical" if item.historical else ", found late" if item.late else ""


def _strategy(strategy: Strategy, item: SignalItem) -> dict[str, object]:
    side = strategy.long if item.side == "long" else strategy.short
    return {"strategy": strategy, "levels": level_rows(item, side.fractions if side else ())}


def _similar(signal: Signal) -> dict[str, object]:
    found = similar_signals(signal)
    return {"similar": found, "similar_rows": signal_rows(found.items[:SHOWN], {}), "least_n": LEAST_N}


def _why(signal: Signal, item: SignalItem) -> dict[str, object]:
    if item.external:
        return {"alert": alert_of(signal.pk)}
    return explained(
        version=signal.version, instrument=signal.instrument, bar_time=item.signal_time, side=item.side
    )
