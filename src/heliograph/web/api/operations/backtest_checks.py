"""What a backtest would run over, and whether live equals one."""

from django.http import HttpRequest

from heliograph.market.wire import to_datetime
from heliograph.research.live import check_live
from heliograph.research.request import look_ahead
from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id
from heliograph.web.api.changing import refuse_foreign_name
from heliograph.web.api.described import also
from heliograph.web.api.operations.backtest_writes import BacktestTold
from heliograph.web.api.operations.backtests import find_visible, router
from heliograph.web.api.operations.versions import find_visible as find_version
from heliograph.web.api.shapes.asides import AheadShape, LiveCheckShape
from heliograph.web.api.shapes.filled import filled
from heliograph.web.views.backtest import live_says

COUNTS = ("instruments", "began_elsewhere", "compared", "differing")


@router.post("backtest-preview", response=AheadShape, summary="What a backtest would run over")
@changes_nothing
@also(404)
@needs("analyst")
def preview_backtest(request: HttpRequest, told: BacktestTold) -> dict[str, object]:
    """Without asking for it; refused as the same backtest would be."""
    version = None if told.version_id is None else find_version(request, told.version_id)
    said = told.said(version)
    refuse_foreign_name(request, said.parsed().name)
    ahead = look_ahead(said, told.scope())
    return filled(AheadShape, ahead, first=to_datetime(ahead.first), last=to_datetime(ahead.last))


@router.get("backtests/{backtest_id}/live", response=LiveCheckShape, summary="Whether live equals a backtest")
@also(409)
@answers()
@needs("viewer")
def check_backtest_live(request: HttpRequest, backtest_id: Id) -> dict[str, object]:
    """Over the period that both have. It reads all of both."""
    check = check_live(find_visible(request, backtest_id))
    if check is None:
        nothing = dict.fromkeys(COUNTS, 0) | {"equal": None, "first": None}
        return nothing | {"says": live_says(None)}
    first = check.first
    told = {name: getattr(first, name) for name in ("symbol", "side", "says")} if first else None
    if told and first:
        told["signal_time"] = to_datetime(first.signal_time)
    return filled(LiveCheckShape, check, says=live_says(check), first=told)
