"""Signals: the list."""

from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router

from heliograph.signals.queries import SignalFilter, list_signals
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Moment, Name, Paging
from heliograph.web.api.paging import Page
from heliograph.web.api.shapes.signals import SignalList, SignalShape

router = Router(tags=["signals"])


class AskedSignals(Paging):
    """The filters of `heliograph signals`, and some more."""

    shape: ClassVar[type] = SignalShape
    strategy: Name | None = None
    symbol: Name | None = None
    venue: Name | None = None
    side: Literal["long", "short"] | None = None
    state: Literal["published", "open", "settled", "missed", "unresolved", "rejected", "all"] = "published"
    since: Moment | None = Field(None, description="Bars that open at that moment or later.")
    historical: bool | None = None


@router.get("signals", response=SignalList, url_name="signals", summary="Signals, newest bar first")
@answers("signals")
@needs("viewer")
def list_all_signals(request: HttpRequest, asked: Query[AskedSignals]) -> Page:
    """Published signals unless `state` asks otherwise; settled ones by the bar of their exit."""
    filters = SignalFilter(
        strategy=asked.strategy,
        symbol=asked.symbol,
        venue=asked.venue,
        side=asked.side,
        state=None if asked.state == "all" else asked.state,
        since=asked.since,
        historical=asked.historical,
        hidden=hidden(request),
    )
    page = list_signals(filters, limit=asked.limit, cursor=asked.cursor)
    return Page(page.items, page.next)
