"""Outcomes: how published signals went on, and what would be said of them today."""

from typing import ClassVar, Literal

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Query, Router

from heliograph.signals.items import SignalItem, item_values
from heliograph.signals.models import OutcomeRevision
from heliograph.signals.queries import SignalFilter
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Moment, Name, Paging, names_of
from heliograph.web.api.exports import Exporting, chunks_of, export, table_of
from heliograph.web.api.operations.signals import page_of_signals, signal_table
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.filled import filler
from heliograph.web.api.shapes.signals import OutcomeList, OutcomeShape, RevisionList, RevisionShape

router = Router(tags=["signals"])
NEWEST_REVISION = Order("revisions", ("-pk",))
PLACES = [0, *(names_of(SignalItem).index(name) for name in names_of(OutcomeShape)[1:])]
FIELDS = [name for name in names_of(OutcomeShape) if name != "signal_id"]


class AskedOutcomes(Exporting):
    """Which outcomes; settled ones by the bar of their exit, others by the bar of their signal."""

    shape: ClassVar[type] = OutcomeShape
    strategy: Name | None = None
    version_id: Id | None = None
    symbol: Name | None = None
    venue: Name | None = None
    side: Literal["long", "short"] | None = None
    state: Literal["open", "settled", "missed", "unresolved"] = "settled"
    settled_since: Moment | None = Field(None, description="Left at a bar that opens then or later.")
    settled_until: Moment | None = Field(None, description="Left at a bar that opens before that moment.")

    def filter(self, request: HttpRequest) -> SignalFilter:
        """The same for the room of signals."""
        own = set(AskedOutcomes.model_fields) - set(Exporting.model_fields)
        return SignalFilter(**{name: getattr(self, name) for name in own}, hidden=hidden(request))


class AskedRevisions(Paging):
    """Revisions of which outcomes."""

    shape: ClassVar[type] = RevisionShape
    signal_id: Id | None = None
    since: Moment | None = Field(None, description="Found at that moment or later.")


@router.get("outcomes", response=OutcomeList, summary="How signals ended, newest exit first")
@answers("signals")
@needs("viewer")
def list_outcomes(request: HttpRequest, asked: Query[AskedOutcomes]) -> Page | StreamingHttpResponse:
    """The outcomes of published signals in one state."""
    if asked.format:
        chunks = chunks_of(*signal_table(asked.filter(request)), _outcome)
        return export(request, asked, table_of("outcomes", OutcomeShape, chunks))
    page = page_of_signals(asked.filter(request), asked)
    items = [{"signal_id": item.id} | {name: getattr(item, name) for name in FIELDS} for item in page.items]
    return Page(items, page.next)


@router.get("revisions", response=RevisionList, summary="Outcomes that today's candles would change")
@answers("signals")
@needs("viewer")
def list_revisions(request: HttpRequest, asked: Query[AskedRevisions]) -> Page:
    """Settled outcomes stay as they were told; a revision says what corrected candles would make of one."""
    rows = OutcomeRevision.objects.exclude(signal__version__strategy__in=hidden(request))
    if asked.signal_id is not None:
        rows = rows.filter(signal=asked.signal_id)
    if asked.since:
        rows = rows.filter(found_at__gte=asked.since)
    return page_of(rows, asked, NEWEST_REVISION, filler(RevisionShape))


def _outcome(row: tuple) -> list:
    values = item_values(row)
    return [values[place] for place in PLACES]
