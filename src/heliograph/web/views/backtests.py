"""Backtests: the list of runs, a new one, and what can be done with one."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heliograph.engine.errors import EngineError
from heliograph.errors import UserError
from heliograph.fleet import jobs
from heliograph.fleet.models import Job
from heliograph.fleet.nodes import alive
from heliograph.kit.clock import utc_now
from heliograph.market.wire import to_datetime
from heliograph.research.errors import NoSuchBacktest
from heliograph.research.models import StoredBacktest
from heliograph.research.queries import BacktestFilter, backtest_page, delete_backtest, find_backtest
from heliograph.research.request import look_ahead, request_backtest
from heliograph.signals.models import StrategyVersion
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.reads import backtests as reads
from heliograph.web.views.asked import text, whole_number
from heliograph.web.views.backtest_form import COSTS, FILLS, Form, declared, in_a_page
from heliograph.web.views.waking import wake

PAGE, MATCHES = 50, 30
STATES = tuple(state for state, _ in Job.State.choices)


@require_safe
@needs("viewer")
def backtests_page(request: HttpRequest) -> HttpResponse:
    """The runs, newest first; filters and cursor stand in the address."""
    asked = {name: text(request, name) for name in ("strategy", "venue", "state")}
    if asked["state"] not in STATES:
        asked["state"] = None
    found, following = backtest_page(
        BacktestFilter(**asked, hidden=hidden(request)), limit=PAGE, before=whole_number(request, "before")
    )
    at = utc_now()
    strategies, venues = reads.names(hidden=hidden(request))
    counts = reads.state_counts(hidden=hidden(request))
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "lines": [reads.run_line(one, at=at) for one in found],
        "asked": kept,
        "tabs": [
            ("", "All", sum(counts.values())),
            *((one, one.capitalize(), counts.get(one, 0)) for one in STATES),
        ],
        "strategies": strategies,
        "venues": venues,
        "kept": urlencode({name: value for name, value in kept.items() if name != "state"}),
        "next": f"?{urlencode({**kept, 'before': following})}" if following else "",
        "first": "before" not in request.GET,
        "least_n": reads.LEAST_N,
    }
    return render(request, "web/pages/backtests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("analyst")
def backtest_new(request: HttpRequest) -> HttpResponse:
    """The form of a new run; `act` look shows what it would run over, `act` run asks for it."""
    versions = reads.versions(hidden=hidden(request))
    form = Form.of(request.POST) if request.method == "POST" else _prefilled(request, versions)
    chosen = form.chosen(versions)
    if not (chosen or form.text.strip()) and versions and request.method != "POST":
        chosen = versions[0]
        form.version = str(chosen.pk)
    fault = ""
    if request.method == "POST" and request.POST.get("act") == "run":
        try:
            asked = request_backtest(form.said(chosen), form.scope(), at=utc_now())
        except (UserError, EngineError) as refused:
            fault = in_a_page(refused)
        else:
            tell(request, "backtest.start", f"backtest {asked.backtest.pk}", strategy=asked.backtest.name)
            wake("run_jobs")
            return redirect("backtest", asked.backtest.pk)
    context = _form_context(form, versions, chosen) | {"fault": fault}
    part = request.headers.get("HX-Request") and not fault
    template = "web/parts/backtests/ahead.html" if part else "web/pages/backtest_new.html"
    return render(request, template, context, status=422 if fault else 200)


@require_POST
@needs("analyst")
def backtest_act(request: HttpRequest, backtest_id: int) -> HttpResponse:
    """Cancel a run, let it go on, or forget it; then to where one sees what became of it."""
    stored = found_or_404(request, backtest_id)
    act = request.POST.get("act", "")
    if act not in ACTS:
        raise Http404("There is no such act.")
    try:
        with transaction.atomic():
            ACTS[act](stored)
            tell(request, f"backtest.{act}", f"backtest {backtest_id}", strategy=stored.name)
    except UserError as fault:
        context = {"line": reads.run_line(stored, at=utc_now()), "fault": str(fault)}
        return render(request, "web/pages/backtest_refused.html", context, status=409)
    if act == "resume":
        wake("run_jobs")
    return redirect("backtests") if act == "delete" else redirect("backtest", backtest_id)


ACTS: dict[str, Callable[[StoredBacktest], object]] = {
    "cancel": lambda stored: jobs.cancel(stored.job.pk),
    "resume": lambda stored: jobs.resume(stored.job.pk),
    "delete": lambda stored: delete_backtest(stored.pk),
}


def found_or_404(request: HttpRequest, backtest_id: int) -> StoredBacktest:
    """The run of that number."""
    try:
        return find_backtest(backtest_id, hidden=hidden(request))
    except NoSuchBacktest as fault:
        raise Http404(f"There is no backtest {backtest_id}.") from fault


def _prefilled(request: HttpRequest, versions: list[StrategyVersion]) -> Form:
    """As an address asks: a run again, or a version by the name of its strategy and its number."""
    again = whole_number(request, "again")
    if again is not None:
        return Form.again(found_or_404(request, again))
    form = Form.of(request.GET)
    if name := text(request, "strategy"):
        number = whole_number(request, "version")
        named = [one for one in versions if one.strategy.name == name]
        chosen = [one for one in named if one.number == number] or named
        form.version = str(chosen[0].pk) if chosen else ""
    return form


def _form_context(
    form: Form, versions: list[StrategyVersion], chosen: StrategyVersion | None
) -> dict[str, object]:
    said = form.text if form.text.strip() else chosen.text if chosen else ""
    strategy = declared(said) if said else None
    ahead = refused = None
    if said:
        try:
            ahead = look_ahead(form.said(chosen), form.scope())
        except (UserError, EngineError) as fault:
            refused = in_a_page(fault)
    matches = (
        reads.stored_symbols(timeframe=strategy.timeframe, venue=form.venue, find=form.find, limit=MATCHES)
        if strategy
        else []
    )
    return {
        "form": form,
        "versions": versions,
        "chosen": chosen,
        "strategy": strategy,
        "params": _params(form, strategy),
        "costs": [(key, label, form.costs.get(key, ""), _own(strategy, key)) for key, label in COSTS],
        "fills": FILLS,
        "venues": reads.venue_names(),
        "matches": matches,
        "ahead": ahead,
        "ahead_first": to_datetime(ahead.first) if ahead else None,
        "ahead_last": to_datetime(ahead.last) if ahead else None,
        "refused": refused,
        "workers": bool(alive(at=utc_now())),
    }


def _params(form: Form, strategy: object) -> list[tuple[str, str, object]]:
    declared_params = getattr(strategy, "params", {})
    return [(name, form.params.get(name, ""), param) for name, param in declared_params.items()]


def _own(strategy: object, key: str) -> float | None:
    """What the strategy itself says."""
    execution = getattr(strategy, "execution", None)
    return getattr(execution, key.partition(".")[2], None)
