"""Two backtests side by side."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from heliograph.kit.clock import utc_now
from heliograph.research.beside import pair, settings_apart
from heliograph.research.breakdown import curve_of
from heliograph.research.models import StoredBacktest
from heliograph.research.queries import BacktestFilter, backtest_page
from heliograph.research.result import finished_result
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.curves import CurveLine, curve_data
from heliograph.web.reads import backtests as reads
from heliograph.web.views.asked import whole_number
from heliograph.web.views.backtests import found_or_404

CHOICES = 100


@require_safe
@needs("viewer")
def backtest_compare(request: HttpRequest) -> HttpResponse:
    """`a` and `b` are the numbers of two finished runs; `run`, twice, is what the list of runs asks with."""
    ticked = [number for number in request.GET.getlist("run") if number.isascii() and number.isdecimal()][:2]
    if len(ticked) == 2:
        query = urlencode(dict(zip(("a", "b"), ticked, strict=True)))
        return redirect(f"{reverse('backtest-compare')}?{query}")
    chosen = [whole_number(request, name) for name in ("a", "b")]
    if ticked and chosen[0] is None:
        chosen[0] = int(ticked[0]) if len(ticked[0]) < 19 else None
    runs = [_finished(request, number) for number in chosen]
    context: dict[str, object] = {
        "runs": runs,
        "letters": list(zip("ab", runs, strict=True)),
        "choices": _choices(request),
        "least_n": reads.LEAST_N,
    }
    first, second = runs
    if first and second:
        context |= _side_by_side(first, second)
    return render(request, "web/pages/backtest_compare.html", context)


def _finished(request: HttpRequest, number: int | None) -> StoredBacktest | None:
    if number is None:
        return None
    stored = found_or_404(request, number)
    if stored.summary is None:
        raise Http404(f"Backtest {number} has no result to compare yet.")
    return stored


def _choices(request: HttpRequest) -> list[StoredBacktest]:
    found, _ = backtest_page(BacktestFilter(state="done", hidden=hidden(request)), limit=CHOICES)
    return found


def _side_by_side(first: StoredBacktest, second: StoredBacktest) -> dict[str, object]:
    at = utc_now()
    lines = [
        CurveLine(f"{letter}: {stored.pk} {stored.name}", dash, curve_of(finished_result(stored)))
        for letter, dash, stored in (("A", "solid", first), ("B", "dashed", second))
    ]
    return {
        "lines": [reads.run_line(stored, at=at) for stored in (first, second)],
        "settings_apart": settings_apart(first, second),
        "paired": pair(first, second),
        "curve": curve_data(lines),
        "same_candles": first.data_digest == second.data_digest,
    }
