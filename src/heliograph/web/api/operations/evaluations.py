"""Evaluations: the steps that looked at bars, with their gates, and the shards that wait."""

from typing import ClassVar

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Query, Router

from heliograph.signals.evaluations import RUN, EvaluationItem, PostponedItem, postponed_shards
from heliograph.signals.models import Evaluation
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Moment, Name, Paging, names_of
from heliograph.web.api.exports import Exporting, chunks_of, export, table_of
from heliograph.web.api.paging import Order, Page, page_of, part_of
from heliograph.web.api.shapes.signals import EvaluationList, EvaluationShape, PostponedList, PostponedShape

router = Router(tags=["evaluations"])
NEWEST = Order("evaluations", ("-started_at", "-pk"))
# Where the fields stand that are not the row's own.
PATHS = {
    "strategy": "version__strategy__name",
    "version": "version__number",
    "venue": "progress__venue__name",
    "shard": "progress__shard",
}


class AskedEvaluations(Exporting):
    """Which evaluations."""

    shape: ClassVar[type] = EvaluationShape
    strategy: Name | None = None
    version_id: Id | None = None
    since: Moment | None = Field(None, description="Begun at that moment or later.")
    until: Moment | None = Field(None, description="Begun before that moment.")

    def rows(self, request: HttpRequest):
        """The rows that are meant."""
        asked = {
            "version__strategy__name": self.strategy,
            "version": self.version_id,
            "started_at__gte": self.since,
            "started_at__lt": self.until,
        }
        named = {name: value for name, value in asked.items() if value is not None}
        rows = Evaluation.objects.select_related(*RUN).filter(**named)
        unseen = hidden(request)
        return rows.exclude(version__strategy__in=unseen) if unseen else rows


class AskedPostponed(Paging):
    """Which shards that wait."""

    shape: ClassVar[type] = PostponedShape


@router.get("evaluations", response=EvaluationList, summary="Evaluations, newest first")
@answers()
@needs("viewer")
def list_evaluations(request: HttpRequest, asked: Query[AskedEvaluations]) -> Page | StreamingHttpResponse:
    """Each step of a shard: which bars, from which data, what it brought and how its gates stood."""
    rows = asked.rows(request)
    if asked.format:
        paths = [PATHS.get(name, name) for name in names_of(EvaluationShape)]
        return export(
            request, asked, table_of("evaluations", EvaluationShape, chunks_of(rows, NEWEST, paths))
        )
    return page_of(rows, asked, NEWEST, EvaluationItem.of)


@router.get("evaluations/postponed", response=PostponedList, summary="Shards whose gates are closed")
@answers()
@needs("viewer")
def list_postponed(request: HttpRequest, asked: Query[AskedPostponed]) -> Page:
    """Those that wait the longest first, with what they wait for."""
    found = postponed_shards(hidden=hidden(request))
    return part_of(found, asked, name="postponed", key=_key)


def _key(item: PostponedItem) -> tuple:
    return item.since, item.strategy, item.version, item.venue, item.shard
