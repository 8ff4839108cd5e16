"""One backtest: its progress, what came of it, its trades, and these on candles."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from heliograph.kit.clock import utc_now
from heliograph.market.models import Instrument
from heliograph.research.breakdown import by_instrument, by_period, curve_of, results_in_r
from heliograph.research.live import LiveCheck, check_live
from heliograph.research.models import StoredBacktest, StoredTrade
from heliograph.research.result import finished_result
from heliograph.signals.models import Side
from heliograph.web import chart
from heliograph.web.accounts.access import needs
from heliograph.web.curves import CurveLine, curve_data
from heliograph.web.histogram import histogram
from heliograph.web.interval import interval_mark
from heliograph.web.reads import backtests as reads
from heliograph.web.reads import trades
from heliograph.web.reads.candles import newest_bars
from heliograph.web.rows import REASONS
from heliograph.web.traded import trade_markers
from heliograph.web.views.asked import moment, text, whole_number
from heliograph.web.views.backtests import found_or_404

TRADES, BARS, AROUND = 50, 300, 60
FORMATS = ("CSV", "Parquet", "JSON")
LINES = 200


@require_safe
@vary_on_headers("HX-Request")
@needs("viewer")
def backtest_page(request: HttpRequest, backtest_id: int) -> HttpResponse:
    """How far a run is; once it is finished its figures, curves and tables."""
    stored = found_or_404(request, backtest_id)
    line = reads.run_line(stored, at=utc_now())
    context: dict[str, object] = {"line": line, "tab": "result", "least_n": reads.LEAST_N}
    if request.headers.get("HX-Request"):
        if not line.unfinished:
            # Its end changes the whole page.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "web/parts/backtests/progress.html", context)
    if stored.summary is not None:
        context |= _result(stored, line)
    return render(request, "web/pages/backtest.html", context)


@require_safe
@needs("viewer")
def backtest_live(request: HttpRequest, backtest_id: int) -> HttpResponse:
    """Whether what was published live equals the run; apart, since it reads all of both."""
    stored = found_or_404(request, backtest_id)
    check = check_live(stored) if stored.summary is not None else None
    context = {"line": reads.run_line(stored, at=utc_now()), "check": check, "says": live_says(check)}
    part = request.headers.get("HX-Request")
    return render(
        request,
        f"web/{'parts' if part else 'pages'}/{'backtests/live' if part else 'backtest_live'}.html",
        context,
    )


@require_safe
@needs("viewer")
def backtest_trades(request: HttpRequest, backtest_id: int) -> HttpResponse:
    """The trades of a run, filtered and sorted, page by page."""
    stored = found_or_404(request, backtest_id)
    filters = _filters(request)
    start = min(whole_number(request, "from") or 0, 10**9)
    lines, total = trades.trade_lines(stored, filters, start=start, limit=TRADES)
    kept = {name: value for name, value in _kept(filters).items() if value}
    context = {
        "line": reads.run_line(stored, at=utc_now()),
        "tab": "trades",
        "lines": lines,
        "total": total,
        "start": start,
        "stop": start + len(lines),
        "filters": filters,
        "instruments": trades.traded_instruments(stored),
        "reasons": trades.reasons(stored),
        "states": StoredTrade.State.values,
        "sorts": trades.SORT_NAMES,
        "exports": _exports(stored, filters),
        "older": f"?{urlencode({**kept, 'from': start + TRADES})}" if start + TRADES < total else "",
        "newest": f"?{urlencode(kept)}" if start else "",
    }
    return render(request, "web/pages/backtest_trades.html", context)


@require_safe
@needs("viewer")
def backtest_candles(request: HttpRequest, backtest_id: int) -> HttpResponse:
    """The trades of one instrument on its candles; `trade` puts one into the middle."""
    stored = found_or_404(request, backtest_id)
    instruments = trades.traded_instruments(stored)
    trade = _trade(request, stored)
    wanted = trade.instrument_id if trade else whole_number(request, "instrument")
    chosen = next((one for one, _ in instruments if one.pk == wanted), None)
    if wanted is not None and chosen is None:
        raise Http404(f"Backtest {backtest_id} did not run over instrument {wanted}.")
    chosen = chosen or (instruments[0][0] if instruments else None)
    context = {"line": reads.run_line(stored, at=utc_now()), "tab": "candles", "instruments": instruments}
    context |= {"chosen": chosen, "trade": trade}
    if chosen is not None:
        context |= _on_candles(request, stored, chosen, trade)
    return render(request, "web/pages/backtest_candles.html", context)


def _result(stored: StoredBacktest, line: reads.RunLine) -> dict[str, object]:
    result = finished_result(stored)
    curve = curve_of(result)
    values, mean_r = results_in_r(result), line.mean_r
    known = mean_r is not None and mean_r.low is not None and mean_r.high is not None
    instruments = by_instrument(stored, result)
    return {
        "curve": curve_data([CurveLine("Equity", "solid", curve)]),
        "has_curve": len(curve.days) > 1 and len(result.closed.records) > 0,
        "periods": by_period(result, curve),
        "histogram": histogram(
            values,
            mean=mean_r.value if mean_r else None,
            interval=(mean_r.low, mean_r.high) if known else None,  # type: ignore[union-attr,arg-type]
        )
        if len(values) >= reads.LEAST_N
        else None,
        "with_r": len(values),
        "instruments": [
            (one, interval_mark(one.mean_r) if one.mean_r.n >= reads.LEAST_N else None)
            for one in instruments[:LINES]
        ],
        "instruments_left": max(len(instruments) - LINES, 0),
        "told": stored.summary,
        "rejected": [
            (REASONS.get(reason, reason.replace("_", " ")), number)
            for reason, number in (stored.summary or {}).get("rejected", {}).items()
        ],
    }


def live_says(check: LiveCheck | None) -> str:
    if check is None:
        return "No stored version says the same as what was run, so there is nothing live to compare with."
    if check.equal is None:
        if check.began_elsewhere:
            return "Live began at another bar than the run, and averages remember their past: not comparable."
        return "Live has published nothing over the period of the run."
    return f"{check.compared - check.differing:,} of {check.compared:,} equal"


def _filters(request: HttpRequest) -> trades.TradeFilter:
    side, state, sort = (request.GET.get(name, "") for name in ("side", "state", "sort"))
    return trades.TradeFilter(
        instrument=whole_number(request, "instrument"),
        side=side if side in Side.values else "",
        state=state if state in StoredTrade.State.values else "",
        reason=(text(request, "reason") or "")[:10],
        sort=sort if sort in trades.SORTS else "",
    )


def _kept(filters: trades.TradeFilter) -> dict[str, object]:
    return {
        "instrument": filters.instrument,
        "side": filters.side,
        "state": filters.state,
        "reason": filters.reason,
        "sort": filters.sort,
    }


def _exports(stored: StoredBacktest, filters: trades.TradeFilter) -> list[tuple[str, str]]:
    """Where the whole list lies as a file."""
    asked = {"instrument_id": filters.instrument, "side": filters.side, "state": filters.state}
    asked |= {"exit_reason": filters.reason, "order": filters.sort}
    kept = {name: value for name, value in asked.items() if value}
    address = f"{reverse('api:openapi-json').rpartition('/')[0]}/backtests/{stored.pk}/trades"
    return [(name, f"{address}?{urlencode({**kept, 'format': name.lower()})}") for name in FORMATS]


def _trade(request: HttpRequest, stored: StoredBacktest) -> StoredTrade | None:
    number = whole_number(request, "trade")
    if number is None:
        return None
    found = StoredTrade.objects.filter(backtest=stored, number=min(number, 2**31 - 1))
    trade = found.select_related("instrument").first()
    if trade is None:
        raise Http404(f"Backtest {stored.pk} has no trade {number}.")
    return trade


def _on_candles(
    request: HttpRequest, stored: StoredBacktest, instrument: Instrument, trade: StoredTrade | None
) -> dict[str, object]:
    until = moment(request, "until")
    if trade is not None and until is None:
        until = trades.behind(stored.timeframe, trade.exit_time or trade.signal_time, bars=AROUND)
    if until is None:
        until = trades.end_of(stored, instrument)
    bars = newest_bars(instrument.pk, stored.timeframe, limit=BARS, until=until)
    held = trades.trades_between(stored, instrument, bars[0].open_time, bars[-1].open_time) if bars else []
    drawn = chart.Chart(
        decimals=chart.decimals_of(bars),
        daily=stored.timeframe in ("1d", "1w", "1M"),
        candles=chart.candle_rows(bars),
        gaps=chart.missing_opens(bars, stored.timeframe, instrument.calendar or instrument.venue.calendar),
        markers=trade_markers(held, chosen=trade),
        focus=chart.seconds(trade.signal_time) if trade else None,
    )
    reach = trades.reach_of(stored, instrument)
    return {
        "bars": bars,
        "decimals": drawn.decimals,
        "chart": drawn.plain(),
        "newest_bar": bars[-1] if bars else None,
        "lines": trades.lines_of(held),
        "older": bars[0].open_time if len(bars) == BARS and reach and bars[0].open_time > reach[0] else None,
        "newer": trades.behind(stored.timeframe, bars[-1].open_time, bars=BARS - AROUND)
        if bars and reach and bars[-1].open_time < reach[1]
        else None,
    }
