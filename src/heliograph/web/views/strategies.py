"""The scoreboard, and the page of one strategy."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.engine.strategy import Strategy
from heliograph.signals.errors import NoSuchStrategy, NoSuchVersion
from heliograph.signals.models import Outcome, StrategyVersion
from heliograph.signals.queries import SignalFilter, find_version, list_signals
from heliograph.signals.scores import Score, scoreboard
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.histogram import Histogram, histogram
from heliograph.web.interval import interval_mark
from heliograph.web.reads.marks import marks_of
from heliograph.web.reads.overview import reasons
from heliograph.web.rows import REASONS, signal_rows
from heliograph.web.source import source_lines
from heliograph.web.views.asked import whole_number

LEAST_N = 10
SIGNALS = 15
MOST_R = 20_000


@require_safe
@needs("viewer")
def strategies_page(request: HttpRequest) -> HttpResponse:
    """All versions with what their signals came to."""
    lines = [(score, _mark(score)) for score in _running_first(scoreboard(hidden=hidden(request)))]
    return render(request, "web/pages/strategies.html", {"lines": lines, "least_n": LEAST_N})


@require_safe
@needs("viewer")
def strategy_page(request: HttpRequest, name: str) -> HttpResponse:
    """One version of a strategy, the one that runs unless `version` names another."""
    try:
        version = find_version(name, whole_number(request, "version"), hidden=hidden(request))
    except (NoSuchStrategy, NoSuchVersion) as fault:
        raise Http404(str(fault)) from fault
    versions = scoreboard(list(version.strategy.versions.all()))
    score = next(score for score in versions if score.version_id == version.pk)
    page = list_signals(SignalFilter(version_id=version.pk), limit=SIGNALS)
    rejected = reasons(Q(version_id=version.pk))
    context = {
        "version": version,
        "score": score,
        "mark": _mark(score),
        "versions": versions,
        "strategy": Strategy.parse(version.text),
        "lines": source_lines(version.text),
        "rows": signal_rows(page.items, marks_of(page.items)),
        "reasons": [(REASONS.get(line.reason, line.reason), line) for line in rejected],
        "histogram": _histogram(version, score),
        "least_n": LEAST_N,
    }
    return render(request, "web/pages/strategy.html", context)


def _running_first(scores: list[Score]) -> list[Score]:
    return sorted(scores, key=lambda score: score.stage not in StrategyVersion.RUNNING)


def _mark(score: Score) -> object:
    return interval_mark(score.mean_r) if score.mean_r.n >= LEAST_N else None


def _histogram(version: StrategyVersion, score: Score) -> Histogram | None:
    if score.mean_r.n < LEAST_N:
        return None
    settled = Outcome.objects.filter(
        signal__version=version, state=Outcome.State.SETTLED, r__isnull=False
    ).order_by("-pk")
    values = [r for r in settled.values_list("r", flat=True)[:MOST_R] if r is not None]
    estimate = score.mean_r
    known = estimate.low is not None and estimate.high is not None
    return histogram(
        values,
        mean=estimate.value,
        interval=(estimate.low, estimate.high) if known else None,  # type: ignore[arg-type]
    )
