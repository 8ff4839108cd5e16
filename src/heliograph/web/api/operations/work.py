"""Work: queues, the ledger of what runs or failed, and the timetable."""

from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.fleet.queries import WorkItem, list_work, newest_rings
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.work import (
    QueueList,
    QueueShape,
    RingList,
    RingShape,
    WorkList,
    WorkShape,
)
from heliograph.web.reads.work.queues import queue_lines, shards_of, titles_of

router = Router(tags=["work"])


class AskedQueues(Paging):
    """Which queues."""

    shape: ClassVar[type] = QueueShape


class AskedWork(Paging):
    """Which pieces of work."""

    shape: ClassVar[type] = WorkShape
    state: Literal["running", "failed", "parked", "dropped"] | None = None
    kind: Name | None = None


class AskedRings(Paging):
    """Which lines of the timetable."""

    shape: ClassVar[type] = RingShape


@router.get("work/queues", response=QueueList, summary="Queues and who reads them")
@answers()
@needs("viewer")
def list_queues(request: HttpRequest, asked: Query[AskedQueues]) -> Page:
    """By name; a queue of its own for each node that is alive."""
    return part_of(queue_lines(at=utc_now()), asked, name="queues", key=lambda one: (one.name,))


@router.get("work/pieces", response=WorkList, summary="Work that runs, failed or is parked")
@answers()
@needs("viewer")
def list_pieces(request: HttpRequest, asked: Query[AskedWork]) -> Page:
    """The ledger, by kind and key; work that succeeded is not in it."""
    states = [asked.state] if asked.state else ()
    found = [item for item in list_work(states=states) if asked.kind in (None, item.kind)]
    if unseen := hidden(request):
        shards = shards_of({item.key for item in found})
        foreign = {key for key, shard in shards.items() if shard.version.strategy_id in unseen}
        found = [item for item in found if item.key not in foreign]
    page = part_of(found, asked, name="pieces", key=lambda one: (one.kind, one.key))
    titles = titles_of({item.key for item in page.items})
    return Page([_piece(item, titles) for item in page.items], page.next)


@router.get("work/timetable", response=RingList, summary="What the timetable rang last")
@answers()
@needs("viewer")
def list_rings(request: HttpRequest, asked: Query[AskedRings]) -> Page:
    """The newest slot of each line, by name."""
    return part_of(newest_rings(), asked, name="rings", key=lambda one: (one.name,))


def _piece(item: WorkItem, titles: dict[str, str]) -> dict[str, object]:
    return filled(WorkShape, item, title=titles.get(item.key, item.key))
