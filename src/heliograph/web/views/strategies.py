"""The scoreboard, and the page of one strategy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.engine.strategy import Strategy
from heliograph.signals.models import Outcome, StrategyVersion
from heliograph.signals.queries import SignalFilter, list_signals
from heliograph.signals.scores import LEAST_N, Score, scoreboard
from heliograph.signals.tallies import read as tallies
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.histogram import Histogram, histogram
from heliograph.web.interval import interval_mark
from heliograph.web.reads.marks import marks_of
from heliograph.web.reads.overview import shares
from heliograph.web.reads.strategies.curves import curves
from heliograph.web.reads.strategies.listed import Listed
from heliograph.web.reads.strategies.rollout import gate_lines
from heliograph.web.reads.strategies.stages import Standing
from heliograph.web.reads.strategies.starts import examples
from heliograph.web.reads.strategies.versions import version_lines
from heliograph.web.rows import REASONS, signal_rows
from heliograph.web.source import source_lines
from heliograph.web.views.asked import stored_version, text, whole_number

SIGNALS = 15
# A picture of the newest results needs no more.
MOST_R = 2_000


@require_safe
@needs("viewer")
def strategies_page(request: HttpRequest) -> HttpResponse:
    """All versions with what their signals came to."""
    listed = Listed.asked(text(request, "stage") or "", text(request, "order") or "")
    scores = scoreboard(hidden=hidden(request))
    chosen = listed.of(scores)
    lines_of = curves([score.version_id for score in chosen])
    context = {
        "lines": [(score, _mark(score), lines_of.get(score.version_id)) for score in chosen],
        "listed": listed,
        "tabs": listed.tabs(scores),
        "orders": listed.orders(),
        "any": bool(scores),
        "examples": examples(),
        "least_n": LEAST_N,
    }
    return render(request, "web/pages/strategies.html", context)


@require_safe
@needs("viewer")
def strategy_page(request: HttpRequest, name: str) -> HttpResponse:
    """One version of a strategy, the one that runs unless `version` names another."""
    version = stored_version(request, name, whole_number(request, "version"))
    rows = list(version.strategy.versions.all())
    scores = {score.version_id: score for score in scoreboard(rows)}
    score = scores[version.pk]
    lines_of = curves([row.pk for row in rows])
    page = list_signals(SignalFilter(version_id=version.pk), limit=SIGNALS)
    rejected = shares(tallies.reasons(version.pk))
    standing = Standing.of(version)
    context = {
        "version": version,
        "score": score,
        "mark": _mark(score),
        "versions": [
            (line, scores[line.version.pk], lines_of.get(line.version.pk)) for line in version_lines(rows)
        ],
        "count": len(rows),
        "standing": standing,
        "gates": gate_lines(standing.rollout) if standing.rollout else [],
        "done": text(request, "done"),
        "strategy": Strategy.parse(version.text),
        "lines": source_lines(version.text),
        "rows": signal_rows(page.items, marks_of(page.items)),
        "reasons": [(REASONS.get(line.reason, line.reason), line) for line in rejected],
        "histogram": _histogram(version, score),
        "least_n": LEAST_N,
        "drawn": MOST_R if score.mean_r.n > MOST_R else None,
    }
    return render(request, "web/pages/strategy.html", context)


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
