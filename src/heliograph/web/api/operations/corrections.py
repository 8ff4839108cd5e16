"""What changed in stored data: corrections bar by bar, deliveries that touched the past, and what exchanges
listed and delisted."""

from typing import ClassVar

from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from ninja import Query, Router

from heliograph.market.models import Amendment, Listing
from heliograph.market.revisions import VALUES, Revised, revision_page
from heliograph.signals.errors import BadCursor
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.data import (
    AmendmentList,
    AmendmentShape,
    CorrectionList,
    CorrectionShape,
    SpanList,
    SpanShape,
)
from heliograph.web.api.shapes.filled import filled

router = Router(tags=["data"])
CORRECTED = Order("corrections", ("-pk",))
AMENDED = Order("amendments", ("-pk",))
CHANGED = Order("listings", ("-changed", "-pk"))


class AskedCorrections(Paging):
    """Which corrections."""

    shape: ClassVar[type] = CorrectionShape
    venue: Name | None = None


class AskedAmendments(Paging):
    """Which deliveries."""

    shape: ClassVar[type] = AmendmentShape
    symbol: Name | None = None
    venue: Name | None = None
    timeframe: Name | None = None


class AskedListings(Paging):
    """Which spans."""

    shape: ClassVar[type] = SpanShape
    venue: Name | None = None


@router.get("corrections", response=CorrectionList, summary="Corrected bars, newest first")
@answers()
@needs("viewer")
def list_corrections(request: HttpRequest, asked: Query[AskedCorrections]) -> Page:
    """What each said, what it says since, and by which deliveries."""
    before = None
    if asked.cursor:
        (before,) = CORRECTED.places(asked.cursor)
        if not isinstance(before, int):
            raise BadCursor
    found, following = revision_page(venue=asked.venue or "", limit=asked.limit, before=before)
    items = [_correction(one) for one in found]
    return Page(items, None if following is None else CORRECTED.mark(following))


@router.get("amendments", response=AmendmentList, summary="Deliveries that touched the past of series")
@answers()
@needs("viewer")
def list_amendments(request: HttpRequest, asked: Query[AskedAmendments]) -> Page:
    """Newest first; by the number of a series they have no gaps."""
    meant = {
        "instrument__symbol": asked.symbol,
        "instrument__venue__name": asked.venue,
        "timeframe": asked.timeframe,
    }
    named = {name: value for name, value in meant.items() if value}
    rows = Amendment.objects.select_related("instrument__venue").filter(**named)
    return page_of(rows, asked, AMENDED, _amendment)


@router.get("listings", response=SpanList, summary="What exchanges listed and delisted, newest first")
@answers()
@needs("viewer")
def list_listings(request: HttpRequest, asked: Query[AskedListings]) -> Page:
    """One entry for each span in which an instrument traded."""
    rows = Listing.objects.annotate(changed=Coalesce(F("delisted_at"), F("listed_at")))
    if asked.venue:
        rows = rows.filter(instrument__venue__name=asked.venue)
    return page_of(rows.select_related("instrument__venue"), asked, CHANGED, _listed)


def _correction(one: Revised) -> dict[str, object]:
    return filled(
        CorrectionShape,
        one,
        instrument_id=one.instrument.pk,
        venue=one.instrument.venue.name,
        symbol=one.instrument.symbol,
        # NaN, that is no volume, becomes null.
        before=dict(zip(VALUES, one.before, strict=True)),
        after=None if one.after is None else dict(zip(VALUES, one.after, strict=True)),
        source=one.source.pk,
        replaced_by=one.replaced_by.pk,
    )


def _amendment(row: Amendment) -> dict[str, object]:
    instrument = row.instrument
    named = {"venue": instrument.venue.name, "symbol": instrument.symbol}
    return filled(AmendmentShape, row, **named, import_id=row.batch_id)


def _listed(row: Listing) -> dict[str, object]:
    instrument = row.instrument
    return filled(SpanShape, row, venue=instrument.venue.name, symbol=instrument.symbol)
