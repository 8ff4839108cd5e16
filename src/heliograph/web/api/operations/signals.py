"""Signals: the list and all that is known of one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Query, Router

from heliograph.engine.strategy import Strategy
from heliograph.market.wire import to_datetime
from heliograph.notices.models import Notice
from heliograph.signals.errors import NoSuchSignal
from heliograph.signals.explain import explain
from heliograph.signals.items import COLUMNS, PARTS, SignalItem, item_values
from heliograph.signals.models import Signal
from heliograph.signals.queries import SignalFilter, signal_rows
from heliograph.signals.similar import Similar, similar_signals
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Moment, Name, Paging
from heliograph.web.api.exports import Exporting, chunks_of, export, table_of
from heliograph.web.api.paging import Order, Page
from heliograph.web.api.shapes.explanations import ExplanationShape
from heliograph.web.api.shapes.filled import filler
from heliograph.web.api.shapes.signals import (
    ChartShape,
    NoticeOfSignal,
    RevisionShape,
    SignalDetail,
    SignalList,
    SignalShape,
    SimilarShape,
)
from heliograph.web.reads.marks import marks_of
from heliograph.web.reads.signal_chart import signal_chart

router = Router(tags=["signals"])
revision, notice = filler(RevisionShape), filler(NoticeOfSignal)


class SignalQuestions(Chosen):
    """Which signals."""

    strategy: Name | None = None
    version_id: Id | None = None
    symbol: Name | None = None
    instrument_id: Id | None = None
    venue: Name | None = None
    timeframe: Name | None = None
    side: Literal["long", "short"] | None = None
    state: Literal["published", "open", "settled", "missed", "unresolved", "rejected", "all"] = "published"
    since: Moment | None = Field(None, description="Of bars that open at that moment or later.")
    until: Moment | None = Field(None, description="Of bars that open before that moment.")
    settled_since: Moment | None = Field(None, description="Left at a bar that opens then or later.")
    settled_until: Moment | None = Field(None, description="Left at a bar that opens before that moment.")
    min_confidence: float | None = Field(None, ge=0, le=1)
    max_confidence: float | None = Field(None, ge=0, le=1)
    historical: bool | None = Field(None, description="Of bars before the version was active, or not.")

    def filter(self, request: HttpRequest) -> SignalFilter:
        """The same for the room of signals, without what is hidden from whoever asks."""
        own = set(SignalQuestions.model_fields) - {"fields", "state"}
        state = None if self.state == "all" else self.state
        return SignalFilter(
            **{name: getattr(self, name) for name in own}, state=state, hidden=hidden(request)
        )


class AskedSignals(SignalQuestions, Exporting):
    """The filters of `heliograph signals`, and some more."""

    shape: ClassVar[type] = SignalShape


class AskedSignal(Chosen):
    """What of one signal."""

    shape: ClassVar[type] = SignalDetail


@router.get("signals", response=SignalList, url_name="signals", summary="Signals, newest bar first")
@answers("signals")
@needs("viewer")
def list_of_signals(request: HttpRequest, asked: Query[AskedSignals]) -> Page | StreamingHttpResponse:
    """Published signals unless `state` asks otherwise; settled ones by the bar of their exit."""
    if asked.format:
        chunks = chunks_of(*signal_table(asked.filter(request)), exported)
        return export(request, asked, table_of("signals", SignalShape, chunks))
    page = page_of_signals(asked.filter(request), asked)
    return Page([told(item) for item in page.items], page.next)


@router.get("signals/{signal_id}", response=SignalDetail, url_name="signal", summary="One signal")
@answers()
@needs("viewer")
def get_signal(request: HttpRequest, signal_id: Id, asked: Query[AskedSignal]) -> dict[str, object]:
    """The signal with its outcome, later revisions of it, and the notices that told of it."""
    row, item = find_visible(request, signal_id)
    known = {name: getattr(told(item), name) for name in SignalItem.__dataclass_fields__}
    subjects = Notice.objects.filter(topic__startswith="signal.", subject=f"signal:{signal_id}")
    return known | {
        "mark": marks_of([item]).get(signal_id),
        "revisions": [revision(one) for one in row.revisions.order_by("found_at", "pk")],
        "notices": [notice(one) for one in subjects.order_by("pk")],
    }


@router.get("signals/{signal_id}/explanation", response=ExplanationShape, summary="Why a signal fired")
@answers()
@needs("viewer")
def explain_signal(request: HttpRequest, signal_id: Id, now: bool = False) -> dict[str, object]:
    """The value of every clause at its bar, with candles as they were known then, or with today's (`now`)."""
    row, item = find_visible(request, signal_id)
    found = explain(
        version=row.version, instrument=row.instrument, bar_time=item.signal_time, side=item.side, now=now
    )
    return found.to_dict()


@router.get("signals/{signal_id}/chart", response=ChartShape, summary="The chart of a signal")
@answers()
@needs("viewer")
def chart_signal(request: HttpRequest, signal_id: Id) -> dict[str, object]:
    """The bars around it, its levels, markers, and the indicators that its strategy compares."""
    row, item = find_visible(request, signal_id)
    return signal_chart(item, row, Strategy.parse(row.version.text))[0].plain()


@router.get("signals/{signal_id}/similar", response=SimilarShape, summary="Similar signals before one")
@answers()
@needs("viewer")
def list_similar(request: HttpRequest, signal_id: Id) -> Similar:
    """Those of the same version and side that had settled before its bar, the nearest first."""
    found = similar_signals(find_visible(request, signal_id)[0])
    return replace(found, items=tuple(told(item) for item in found.items))


def page_of_signals(filters: SignalFilter, asked: Paging) -> Page[SignalItem]:
    """A page of a list in its order; its cursor is of no use in a list of another order."""
    order = _order(filters)
    behind = order.places(asked.cursor) if asked.cursor else None
    rows = signal_rows(filters, limit=asked.limit + 1, behind=behind)
    items = [SignalItem.of_row(row) for row in rows[: asked.limit]]
    more = len(rows) > asked.limit
    return Page(items, order.mark(_moment(items[-1], filters), items[-1].id) if more else None)


def signal_table(filters: SignalFilter) -> tuple[QuerySet[Signal], Order, Sequence[str]]:
    """The rows of a list, their order, and the columns that make an item."""
    return Signal.objects.filter(filters.condition()), _order(filters), COLUMNS


def exported(row: tuple) -> list:
    """The values of an item, with moments where rows have milliseconds."""
    values = item_values(row)
    values[PARTS] = _moments(values[PARTS])
    return values


def _order(filters: SignalFilter) -> Order:
    return Order(f"signals by {filters.order}", (f"-{filters.order}", "-pk"))


def _moment(item: SignalItem, filters: SignalFilter) -> datetime:
    moment = item.exit_time if filters.order == "outcome__exit_time" else item.signal_time
    assert moment is not None
    return moment


def _moments(parts: Sequence[dict]) -> list[dict]:
    return [part | {"time": to_datetime(int(part["time"]))} for part in parts]


def told(item: SignalItem) -> SignalItem:
    """The item with moments where rows have milliseconds."""
    if not item.parts:
        return item
    return replace(item, parts=tuple(_moments(item.parts)))


def find_visible(request: HttpRequest, signal_id: int) -> tuple[Signal, SignalItem]:
    """The row and its item; NoSuchSignal where there is none, or it is hidden from whoever asks."""
    rows = Signal.objects.select_related("outcome", "version__strategy", "instrument__venue")
    row = rows.exclude(version__strategy__in=hidden(request)).filter(pk=signal_id).first()
    if row is None:
        raise NoSuchSignal(signal_id)
    return row, SignalItem.of(row)
