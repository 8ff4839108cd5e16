"""The page of one signal: chart, levels, outcome, life, and why it fired."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.engine.strategy import Strategy
from heliograph.kit.clock import utc_now
from heliograph.signals.errors import NoSuchSignal
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Signal
from heliograph.signals.queries import signal_item
from heliograph.web import chart
from heliograph.web.life import level_rows, life_of
from heliograph.web.reads.candles import Bar, bars_around
from heliograph.web.reads.marks import marks_of
from heliograph.web.rows import signal_row
from heliograph.web.views.explained import explained

BEFORE, AFTER = 60, 12


@require_safe
def signal_page(request: HttpRequest, signal_id: int) -> HttpResponse:
    """All about one signal; 404 if there is none."""
    try:
        item = signal_item(signal_id)
    except NoSuchSignal as fault:
        raise Http404(str(fault)) from fault
    signal = Signal.objects.select_related("version__strategy", "instrument__venue").get(pk=signal_id)
    bars = _bars(item)
    decimals = chart.decimals_of(bars, item.close)
    context = {
        "item": item,
        "row": signal_row(item, marks_of([item]).get(item.id)),
        "decimals": decimals,
        "life": life_of(item, decimals),
        "chart": _chart(signal, item, bars, decimals).plain(),
        "signal_bar": next((bar for bar in bars if bar.open_time == item.signal_time), None),
        "revisions": list(signal.revisions.order_by("found_at")),
    }
    return render(request, "web/pages/signal.html", context | _strategy(signal, item) | _why(signal, item))


def _strategy(signal: Signal, item: SignalItem) -> dict[str, object]:
    strategy = Strategy.parse(signal.version.text)
    side = strategy.long if item.side == "long" else strategy.short
    return {"strategy": strategy, "levels": level_rows(item, side.fractions if side else ())}


def _why(signal: Signal, item: SignalItem) -> dict[str, object]:
    return explained(
        version=signal.version, instrument=signal.instrument, bar_time=item.signal_time, side=item.side
    )


def _bars(item: SignalItem) -> list[Bar]:
    last = item.exit_time
    if last is None:
        last = utc_now() if item.state in ("open", "pending") else item.signal_time
    return bars_around(
        item.instrument_id, item.timeframe, first=item.signal_time, last=last, before=BEFORE, after=AFTER
    )


def _chart(signal: Signal, item: SignalItem, bars: list[Bar], decimals: int) -> chart.Chart:
    always_open = (signal.instrument.calendar or signal.instrument.venue.calendar) == "always"
    return chart.Chart(
        decimals=decimals,
        daily=item.timeframe in ("1d", "1w", "1M"),
        candles=chart.candle_rows(bars),
        gaps=chart.missing_opens(bars, item.timeframe) if always_open else [],
        levels=chart.levels_of(item, decimals),
        zone=chart.zone_of(item),
        markers=chart.markers_of(item),
        focus=chart.seconds(item.signal_time),
    )
