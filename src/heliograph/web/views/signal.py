"""The page of one signal: chart, levels, outcome, life, and why it fired."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.engine.strategy import Strategy
from heliograph.kit.clock import utc_now
from heliograph.signals.errors import NoSuchSignal
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Signal
from heliograph.signals.queries import Hidden, signal_item
from heliograph.web import chart
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.life import ending, level_rows, life_of
from heliograph.web.numbers import price_decimals
from heliograph.web.reads.candles import Bar, bars_around
from heliograph.web.reads.indicators import MOST_BEFORE, Indicators, indicators
from heliograph.web.reads.marks import marks_of
from heliograph.web.rows import signal_row
from heliograph.web.views.explained import explained

BEFORE, AFTER = 90, 12


@require_safe
@needs("viewer")
def signal_page(request: HttpRequest, signal_id: int) -> HttpResponse:
    """All about one signal; 404 if there is none."""
    item, signal = _found(signal_id, hidden(request))
    strategy = Strategy.parse(signal.version.text)
    all_bars = _bars(item)
    bars = _shown(item, all_bars)
    decimals = chart.decimals_of(bars, item.close)
    row = signal_row(item, marks_of([item]).get(item.id))
    context = {
        "item": item,
        "row": row,
        "decimals": decimals,
        "outcome": f"{ending(item) or row.state}{_found_how(item)}",
        "life": life_of(item, decimals),
        "chart": _chart(signal, item, bars, drawn=indicators(strategy, item.side, all_bars, shown=len(bars))),
        "signal_bar": next((bar for bar in bars if bar.open_time == item.signal_time), None),
        "revisions": list(signal.revisions.order_by("found_at")),
    }
    return render(request, "web/pages/signal.html", context | _strategy(strategy, item) | _why(signal, item))


@require_safe
@needs("viewer")
def signal_panel(request: HttpRequest, signal_id: int) -> HttpResponse:
    """The same without chart and life, for the panel beside the list."""
    return render(request, "web/parts/signal_panel.html", panel(signal_id, hidden=hidden(request)))


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


def _why(signal: Signal, item: SignalItem) -> dict[str, object]:
    return explained(
        version=signal.version, instrument=signal.instrument, bar_time=item.signal_time, side=item.side
    )


def _bars(item: SignalItem) -> list[Bar]:
    last = item.exit_time
    if last is None:
        last = utc_now() if item.state in ("open", "pending") else item.signal_time
    return bars_around(
        item.instrument_id, item.timeframe, first=item.signal_time, last=last, before=MOST_BEFORE, after=AFTER
    )


def _shown(item: SignalItem, bars: list[Bar]) -> list[Bar]:
    """The bars on the chart: those before it only let the indicators settle."""
    earlier = sum(bar.open_time < item.signal_time for bar in bars)
    return bars[max(0, earlier - BEFORE) :]


def _chart(signal: Signal, item: SignalItem, bars: list[Bar], *, drawn: Indicators) -> dict[str, object]:
    instrument, decimals = signal.instrument, chart.decimals_of(bars, item.close)
    return chart.Chart(
        decimals=decimals,
        daily=item.timeframe in ("1d", "1w", "1M"),
        candles=chart.candle_rows(bars),
        gaps=chart.missing_opens(bars, item.timeframe, instrument.calendar or instrument.venue.calendar),
        levels=chart.levels_of(item, decimals),
        zone=chart.zone_of(item),
        markers=chart.markers_of(item),
        lines=drawn.lines,
        guides=drawn.guides,
        focus=chart.seconds(item.signal_time),
    ).plain()
