"""Filters that one keeps for the list of signals."""

from dataclasses import replace
from typing import Annotated, ClassVar

from django.http import HttpRequest, QueryDict
from ninja import Field, Query, Router, Status

from heliograph.accounts.filters import filters_of, find_filter, remove_filter, save_filter
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden, person_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import LINE, Id, Line, Paging, Told
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.accounts import FilterList, FilterShape
from heliograph.web.api.shapes.asides import CountedShape
from heliograph.web.api.shapes.filled import filled, filler
from heliograph.web.filters import Asked
from heliograph.web.reads import signals as reads

router = Router(tags=["signals"])
SIGNALS = "signals"
IN_ORDER = Order("filters", ("pk",))


class AskedFilters(Paging):
    """Which filters."""

    shape: ClassVar[type] = FilterShape


class FilterTold(Told):
    """A question to the list of signals, as the query of its address: `state=open&side=long`."""

    name: Annotated[Line, Field(max_length=60)]
    query: Annotated[str, Field(max_length=2_000, pattern=LINE)]


@router.get("filters", response=FilterList, summary="Filters that one keeps")
@answers()
@needs("viewer")
def list_filters(request: HttpRequest, asked: Query[AskedFilters]) -> Page:
    """One's own, in the order in which they were kept."""
    return page_of(filters_of(person_of(request), SIGNALS), asked, IN_ORDER, filler(FilterShape))


@router.post("filters", response={201: FilterShape}, summary="Keep a filter")
@idempotent
@needs("viewer")
def keep_filter(request: HttpRequest, told: FilterTold) -> Status:
    """It is a tab above the list from now on."""
    query = Asked.of(QueryDict(told.query.removeprefix("?"))).here
    kept = save_filter(person_of(request), page=SIGNALS, name=told.name, query=query)
    tell(request, "filter.save", kept.name, page=SIGNALS, query=kept.query)
    return Status(201, filled(FilterShape, kept))


@router.get("filters/{filter_id}/count", response=CountedShape, summary="How many signals a filter shows")
@answers()
@needs("viewer")
def count_filter(request: HttpRequest, filter_id: Id) -> dict[str, int]:
    """Now."""
    asked = Asked.of(QueryDict(find_filter(person_of(request), filter_id).query.removeprefix("?")))
    counts = reads.counts(replace(asked.filter(hidden=hidden(request)), state=None))
    return {"count": counts[asked.state or "all"]}


@router.delete("filters/{filter_id}", response={204: None}, summary="Keep a filter no more")
@idempotent
@needs("viewer")
def drop_filter(request: HttpRequest, filter_id: Id) -> Status:
    """One's own."""
    dropped = remove_filter(person_of(request), filter_id)
    tell(request, "filter.remove", dropped.name, page=SIGNALS)
    return Status(204, None)
