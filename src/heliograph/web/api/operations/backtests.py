"""Backtests: stored runs, their trades, curves and parts."""

from dataclasses import asdict
from typing import ClassVar, Literal

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Query, Router, Schema

from heliograph.engine.timeframe import Timeframe
from heliograph.market.wire import to_datetime
from heliograph.research.beside import pair, settings_apart
from heliograph.research.breakdown import by_instrument, by_period, curve_of
from heliograph.research.models import StoredBacktest, StoredTrade
from heliograph.research.queries import ROW, BacktestFilter, find_backtest, shown_to
from heliograph.research.result import finished_result
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Name, Paging, names_of
from heliograph.web.api.described import also
from heliograph.web.api.exports import Exporting, chunks_of, export, table_of
from heliograph.web.api.paging import Order, Page, Ranked, page_of
from heliograph.web.api.shapes.backtests import (
    BacktestDetail,
    BacktestList,
    BacktestShape,
    BreakdownShape,
    EquityShape,
    JobState,
    PairShape,
    TradeList,
    TradeShape,
)
from heliograph.web.api.shapes.filled import filled
from heliograph.web.reads.trades import SORTS

router = Router(tags=["backtests"])
NEWEST = Order("backtests", ("-pk",))
EXIT_REASON = names_of(TradeShape).index("exit_reason")
COUNTS = ("published", "missed", "undecided", "open", "rejected")


class AskedBacktests(Paging):
    """Which backtests."""

    shape: ClassVar[type] = BacktestShape
    strategy: Name | None = None
    venue: Name | None = None
    state: JobState | None = None


class AskedBacktest(Chosen):
    """What of one backtest."""

    shape: ClassVar[type] = BacktestDetail


class AskedTrades(Exporting):
    """Which trades of a backtest."""

    shape: ClassVar[type] = TradeShape
    instrument_id: Id | None = None
    side: Literal["long", "short"] | None = None
    state: Literal["closed", "open", "missed", "waiting"] | None = None
    exit_reason: Name | None = Field(None, description="How it ended, such as stop, target or expired.")
    order: Literal["signal", "r", "worst", "result", "held"] | None = Field(
        None, description="Newest signal, best R, worst R, best result or longest held first; unknown last."
    )

    def ordered(self, stored: StoredBacktest) -> Order:
        """Their order; a cursor is of no use in another one."""
        if self.order is None:
            return Order(f"trades {stored.pk}", SORTS[""])
        return Ranked(f"trades {stored.pk} by {self.order}", SORTS[self.order])

    def rows(self, stored: StoredBacktest):
        """The rows that are meant, with their instruments."""
        asked = {
            "instrument": self.instrument_id,
            "side": self.side,
            "state": self.state,
            "exit_reason": self.exit_reason,
        }
        named = {name: value for name, value in asked.items() if value is not None}
        return StoredTrade.objects.select_related("instrument").filter(backtest=stored, **named)


class AskedOther(Schema):
    """The other backtest."""

    other: Id = Field(description="The id of the backtest that it is set beside.")


@router.get("backtests", response=BacktestList, summary="Stored backtests, newest first")
@answers()
@needs("viewer")
def list_of_backtests(request: HttpRequest, asked: Query[AskedBacktests]) -> Page:
    """What was asked for, how far each is, and the figures of those that are finished."""
    filters = BacktestFilter(strategy=asked.strategy, venue=asked.venue, state=asked.state)
    rows = _visible(request).defer("text", "version__text").filter(filters.condition())
    return page_of(rows, asked, NEWEST, backtest)


@router.get("backtests/{backtest_id}", response=BacktestDetail, summary="One backtest")
@answers()
@needs("viewer")
def get_backtest(request: HttpRequest, backtest_id: Id, asked: Query[AskedBacktest]) -> dict[str, object]:
    """What was asked, what was read, and what came of it."""
    stored = find_visible(request, backtest_id)
    told = stored.summary or {}
    return backtest(stored) | {"text": stored.text} | {name: told.get(name) for name in COUNTS}


@router.get("backtests/{backtest_id}/trades", response=TradeList, summary="The trades of a backtest")
@answers()
@needs("viewer")
def list_trades(
    request: HttpRequest, backtest_id: Id, asked: Query[AskedTrades]
) -> Page | StreamingHttpResponse:
    """By instrument, then end, unless another order is asked for."""
    stored = find_visible(request, backtest_id)
    rows, order = asked.rows(stored), asked.ordered(stored)
    if asked.format:
        paths = ["instrument__symbol" if name == "symbol" else name for name in names_of(TradeShape)]
        table = table_of(f"trades-{backtest_id}", TradeShape, chunks_of(rows, order, paths, _exported))
        return export(request, asked, table)
    return page_of(rows, asked, order, trade)


@router.get("backtests/{backtest_id}/equity", response=EquityShape, summary="The curve of a backtest")
@also(409)
@answers()
@needs("viewer")
def get_equity(request: HttpRequest, backtest_id: Id) -> dict[str, object]:
    """Day by day, from the first bar to the last; empty without trades."""
    curve = curve_of(finished_result(find_visible(request, backtest_id)))
    return {
        "days": [to_datetime(int(day)) for day in curve.days],
        "equity": curve.equity.tolist(),
        "drawdown": curve.drawdown.tolist(),
    }


@router.get("backtests/{backtest_id}/breakdown", response=BreakdownShape, summary="A result cut into parts")
@also(409)
@answers()
@needs("viewer")
def get_breakdown(request: HttpRequest, backtest_id: Id) -> dict[str, object]:
    """By instrument, and by month, or year where there are very many months."""
    stored = find_visible(request, backtest_id)
    result = finished_result(stored)
    return {"instruments": by_instrument(stored, result), "periods": by_period(result, curve_of(result))}


@router.get("backtests/{backtest_id}/comparison", response=PairShape, summary="Two backtests compared")
@also(409)
@answers()
@needs("viewer")
def compare_backtests(request: HttpRequest, backtest_id: Id, asked: Query[AskedOther]) -> dict[str, object]:
    """This one first: what both were told differently, and trade by trade what differs."""
    first, second = find_visible(request, backtest_id), find_visible(request, asked.other)
    for one in (first, second):
        finished_result(one)
    return asdict(pair(first, second)) | {"settings": settings_apart(first, second)}


def find_visible(request: HttpRequest, backtest_id: int) -> StoredBacktest:
    """The backtest of that id; NoSuchBacktest too where its strategy is hidden from whoever asks."""
    return find_backtest(backtest_id, hidden=hidden(request))


def backtest(row: StoredBacktest) -> dict[str, object]:
    """A row fetched with its job and venue."""
    told = row.summary or {}
    return filled(
        BacktestShape,
        row,
        venue=row.venue.name,
        state=row.job.state,
        instruments=len(row.instruments),
        first=to_datetime(min(row.origins)),
        last=to_datetime(Timeframe.parse(row.timeframe).start(max(row.untils))),
        figures=told.get("figures"),
        estimates=told.get("estimates"),
    )


def trade(row: StoredTrade) -> dict[str, object]:
    """A row fetched with its instrument."""
    return filled(TradeShape, row, symbol=row.instrument.symbol, exit_reason=row.exit_reason or None)


def _exported(row: tuple) -> list:
    values = list(row)
    values[EXIT_REASON] = values[EXIT_REASON] or None
    return values


def _visible(request: HttpRequest):
    return StoredBacktest.objects.select_related(*ROW).filter(shown_to(hidden(request)))
