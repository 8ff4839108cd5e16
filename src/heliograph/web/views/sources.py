"""Where candles come from: exchanges, watched series, and what was listed and delisted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.errors import HeliographError, SourceError, UserError
from heliograph.kit.clock import utc_now
from heliograph.market.models import Listing
from heliograph.market.sources.exchange.venues import list_venues, remove_venue
from heliograph.market.sources.exchange.watches import list_watches, remove_watches
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.outside import Exchange, Wanted, add_exchange, sync_exchange, watch_series
from heliograph.web.views.asked import text
from heliograph.web.views.data import tabs

WATCHES, LISTINGS = 200, 50
MOST_SYMBOLS = 500
HISTORY = {"7d": 7, "30d": 30, "90d": 90, "1y": 365, "2y": 730, "5y": 1_826}


@require_safe
@needs("viewer")
def sources_page(request: HttpRequest) -> HttpResponse:
    """The exchanges and what is kept up to date from them."""
    return render(request, "web/pages/data_sources.html", _context())


@require_POST
@needs("operator")
def sources_act(request: HttpRequest) -> HttpResponse:
    """Add, read or remove an exchange; begin or end to watch series."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None or any("\x00" in value for value in request.POST.values()):
        raise Http404("There is no such act.")
    try:
        act(request, request.POST)
    except (UserError, SourceError, HeliographError) as fault:
        context = _context() | {"fault": str(fault), "typed": request.POST.dict()}
        return render(request, "web/pages/data_sources.html", context, status=422)
    return redirect("data-sources")


@require_safe
@needs("viewer")
def universe_page(request: HttpRequest) -> HttpResponse:
    """What exchanges listed and delisted, newest first."""
    venue = text(request, "venue") or ""
    changed = Coalesce(F("delisted_at"), F("listed_at"))
    rows = Listing.objects.annotate(changed=changed).select_related("instrument__venue")
    if venue:
        rows = rows.filter(instrument__venue__name=venue)
    if cursor := _cursor(request.GET.get("before", "")):
        at, last = cursor
        rows = rows.filter(Q(changed__lt=at) | Q(changed=at, pk__lt=last))
    found = list(rows.order_by("-changed", "-pk")[: LISTINGS + 1])
    shown = found[:LISTINGS]
    following = ""
    if len(found) > LISTINGS:
        behind = f"{shown[-1].changed.isoformat()}|{shown[-1].pk}"
        following = urlencode({"venue": venue, "before": behind})
    context = {
        "tabs": tabs("data-universe"),
        "lines": shown,
        "venues": [one.name for one in list_venues()],
        "venue": venue,
        "next": f"?{following}" if following else "",
        "is_first": "before" not in request.GET,
    }
    return render(request, "web/pages/data_universe.html", context)


def _cursor(text: str) -> tuple[datetime, int] | None:
    """The row that a page goes on behind; what is malformed counts as not asked."""
    moment, _, number = text.partition("|")
    try:
        return datetime.fromisoformat(moment), min(int(number), 2**62)
    except (ValueError, OverflowError):
        return None


def _context() -> dict[str, object]:
    watches = list_watches(at=utc_now())
    return {
        "tabs": tabs("data-sources"),
        "venues": list_venues(),
        "watches": watches[:WATCHES],
        "watches_left": max(len(watches) - WATCHES, 0),
        "timeframes": TIMEFRAMES,
        "history": HISTORY,
        "typed": {},
    }


def _add(request: HttpRequest, said: QueryDict) -> None:
    exchange = said.get("exchange", "").strip().lower()
    if not exchange:
        raise UserError("Exchange: write its name at ccxt, such as binance.")
    add_exchange(request, Exchange(exchange, said.get("name", "").strip()[:64]), at=utc_now())


def _sync(request: HttpRequest, said: QueryDict) -> None:
    sync_exchange(request, said.get("venue", ""), at=utc_now())


@transaction.atomic
def _remove(request: HttpRequest, said: QueryDict) -> None:
    name = said.get("venue", "")
    remove_venue(name)
    tell(request, "venue.remove", name)


def _watch(request: HttpRequest, said: QueryDict) -> None:
    symbols = said.get("symbols", "").replace(",", " ").split()
    if not symbols or len(symbols) > MOST_SYMBOLS:
        raise UserError(f"Symbols: write 1 to {MOST_SYMBOLS}, such as BTC/USDT ETH/USDT.")
    days = HISTORY.get(said.get("since", ""))
    if days is None:
        raise UserError(f"History: use one of {', '.join(HISTORY)}.")
    at = utc_now()
    wanted = Wanted(
        symbols,
        timeframe=said.get("timeframe", ""),
        since=at - timedelta(days=days),
        venue=said.get("venue") or None,
        fallbacks=[name for name in said.getlist("fallback") if name],
    )
    watch_series(request, wanted, at=at)


@transaction.atomic
def _unwatch(request: HttpRequest, said: QueryDict) -> None:
    symbol, timeframe, venue = (said.get(name, "") for name in ("symbol", "timeframe", "venue"))
    remove_watches([symbol], timeframe=timeframe or None, venue=venue or None)
    tell(request, "watch.remove", symbol, timeframe=timeframe, venue=venue)


ACTS: dict[str, Callable[[HttpRequest, QueryDict], None]] = {
    "add": _add,
    "sync": _sync,
    "remove": _remove,
    "watch": _watch,
    "unwatch": _unwatch,
}
