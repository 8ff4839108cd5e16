"""Imports: every delivery of candles, from files, exchanges and replays."""

from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.errors import NotFound
from heliograph.market.models import Batch
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Name, Paging
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.market import ImportList, ImportShape

router = Router(tags=["data"])
NEWEST = Order("imports", ("-pk",))


class AskedImports(Paging):
    """Which imports."""

    shape: ClassVar[type] = ImportShape
    venue: Name | None = None
    kind: Literal["file", "exchange", "replay"] | None = None


class AskedImport(Chosen):
    """What of one import."""

    shape: ClassVar[type] = ImportShape


@router.get("imports", response=ImportList, summary="Imports, newest first")
@answers()
@needs("viewer")
def list_imports(request: HttpRequest, asked: Query[AskedImports]) -> Page:
    """What was delivered, and what became of its rows."""
    asked_for = {"venue__name": asked.venue, "kind": asked.kind}
    named = {name: value for name, value in asked_for.items() if value}
    return page_of(Batch.objects.select_related("venue").filter(**named), asked, NEWEST, delivery)


@router.get("imports/{import_id}", response=ImportShape, summary="One import")
@answers()
@needs("viewer")
def get_import(request: HttpRequest, import_id: Id, asked: Query[AskedImport]) -> dict[str, object]:
    """How far it is, or what it brought."""
    return delivery(find_delivery(import_id))


def find_delivery(import_id: int) -> Batch:
    """The import of that id, with its venue."""
    found = Batch.objects.select_related("venue").filter(pk=import_id).first()
    if found is None:
        raise NotFound(f"There is no import {import_id}.")
    return found


def delivery(row: Batch) -> dict[str, object]:
    """A row fetched with its venue."""
    state = "undone" if row.undone_at else "finished" if row.finished_at else "unfinished"
    return filled(ImportShape, row, venue=row.venue.name, state=state)
