"""What the text in the editor would have done: asked for by a button, answered beside the text."""

from dataclasses import replace
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from heliograph.engine.strategy import Strategy as Checked
from heliograph.market.models import Series
from heliograph.signals.scores import LEAST_N
from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.api.limits import taken_of, too_often
from heliograph.web.reads.strategies.text import check_text
from heliograph.web.reads.strategies.watched import choices
from heliograph.web.reads.strategies.would import A_MINUTE, Panel, TooLong, offered, would_have
from heliograph.web.rows import REASONS
from heliograph.web.views.asked import whole
from heliograph.web.views.strategy_draft import Draft

# Far from any calendar there is nothing to show.
MOST_YEAR = 2200
UNKNOWN = "It is known as soon as the text has no errors."


@require_POST
@changes_nothing
@needs("analyst")
def strategy_would(request: HttpRequest) -> HttpResponse:
    """What the text would have published for one instrument since a day; nothing is stored."""
    checked = check_text(Draft.sent(request).text)
    if checked.meant is None:
        return _part(request, Panel(fault=UNKNOWN))
    strategy = checked.meant.strategy
    found = choices(strategy)
    if not found:
        fault = f"No stored instrument with {strategy.timeframe} bars is in its universe."
        return _part(request, Panel(fault=fault))
    chosen = _chosen(request, found)
    series = chosen or found[0]
    # A day that was chosen for another instrument may lie after all bars of this one.
    panel = offered(found, series, since=_since(request) if chosen else None)
    taken = taken_of(request, "would", per_minute=A_MINUTE)
    if taken is not None and not taken.granted:
        return _part(request, replace(panel, fault=too_often(taken)), status=429)
    return _part(request, _answered(panel, strategy, series))


def _answered(panel: Panel, strategy: Checked, series: Series) -> Panel:
    assert panel.since is not None
    try:
        would = would_have(strategy, series, since=panel.since)
    except TooLong as fault:
        return replace(panel, fault=str(fault))
    reasons = tuple((REASONS.get(name, name), count) for name, count in sorted(would.rejected.items()))
    return replace(panel, found=would, reasons=reasons)


def _chosen(request: HttpRequest, found: list[Series]) -> Series | None:
    """The series that was chosen; None where the text does not watch that instrument any more."""
    sent = request.POST.get("would_instrument", "")
    if not sent:
        return found[0]
    return next((one for one in found if one.instrument_id == whole(sent)), None)


def _since(request: HttpRequest) -> date | None:
    try:
        found = date.fromisoformat(request.POST.get("would_since", ""))
    except ValueError:
        return None
    return found if 1970 < found.year < MOST_YEAR else None


def _part(request: HttpRequest, panel: Panel, *, status: int = 200) -> HttpResponse:
    return render(
        request, "web/parts/strategies/would.html", {"would": panel, "least_n": LEAST_N}, status=status
    )
