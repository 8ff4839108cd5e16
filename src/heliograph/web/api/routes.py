"""The addresses of the API: lists, newest first, page by page."""

from django.http import HttpRequest
from ninja import NinjaAPI, Query
from ninja.decorators import decorate_view

import heliograph
from heliograph.signals.queries import SignalFilter, list_signals
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api import lists
from heliograph.web.api.askers import by_session, by_token
from heliograph.web.api.kept import kept
from heliograph.web.api.problems import refuse_unknown, say_problems
from heliograph.web.api.shapes import (
    AskedCandles,
    AskedInstruments,
    AskedSignals,
    AskedStrategies,
    CandleList,
    InstrumentList,
    SignalList,
    StrategyList,
)

# The library's own page of documentation loads scripts from elsewhere, so only the description is given.
api = NinjaAPI(
    title="Heliograph",
    version=heliograph.__version__,
    urls_namespace="api",
    docs_url=None,
    auth=[by_token, by_session],
    description="Signals, instruments, candles and strategies, read only.",
)
say_problems(api)


@api.get("signals", response=SignalList, url_name="signals", summary="Signals, newest bar first")
@decorate_view(kept("signals"))
@needs("viewer")
def signals(request: HttpRequest, asked: Query[AskedSignals]) -> dict[str, object]:
    """Published signals unless `state` asks otherwise; settled ones by the bar of their exit."""
    refuse_unknown(request, asked)
    filters = SignalFilter(
        strategy=asked.strategy,
        symbol=asked.symbol,
        venue=asked.venue,
        side=asked.side,
        state=None if asked.state == "all" else asked.state,
        since=lists.aware(asked.since),
        historical=asked.historical,
        hidden=hidden(request),
    )
    page = list_signals(filters, limit=asked.limit, cursor=asked.cursor)
    return {"items": [item.to_dict() for item in page.items], "next": page.next}


@api.get(
    "instruments", response=InstrumentList, url_name="instruments", summary="Series, the newest bar first"
)
@decorate_view(kept("candles"))
@needs("viewer")
def instruments(request: HttpRequest, asked: Query[AskedInstruments]) -> dict[str, object]:
    """One entry for each timeframe of each instrument."""
    refuse_unknown(request, asked)
    return lists.instruments(asked)


@api.get("candles", response=CandleList, url_name="candles", summary="Closed bars, newest first")
@decorate_view(kept("candles"))
@needs("viewer")
def candles(request: HttpRequest, asked: Query[AskedCandles]) -> dict[str, object]:
    """The bars of one instrument in one timeframe."""
    refuse_unknown(request, asked)
    return lists.candles(asked)


@api.get("strategies", response=StrategyList, url_name="strategies", summary="Versions, newest first")
@decorate_view(kept("signals"))
@needs("viewer")
def strategies(request: HttpRequest, asked: Query[AskedStrategies]) -> dict[str, object]:
    """Every version with its text and with what its signals came to."""
    refuse_unknown(request, asked)
    return lists.strategies(asked, hidden=hidden(request))
