"""Nodes, where work is placed on them, how their number changes, and what their caches have."""

from typing import ClassVar

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.fleet.models import Place, PlacementDecision, ScalingAction, ScalingLook
from heliograph.fleet.node_list import list_nodes
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.paging import Order, Page, page_of, part_of
from heliograph.web.api.shapes.filled import filled, filler
from heliograph.web.api.shapes.work import (
    CacheShape,
    DecisionList,
    DecisionShape,
    NodeList,
    NodeShape,
    PlaceList,
    PlaceShape,
    ScalingActionList,
    ScalingActionShape,
    ScalingLookList,
    ScalingLookShape,
)
from heliograph.web.reads.work.caches import LevelLine, PrefixLine, cache_context

router = Router(tags=["work"])
BY_KEY = Order("places", ("concern", "key"))
NEWEST_DECISION = Order("decisions", ("-at", "-pk"))
NEWEST_ACTION = Order("actions", ("-at", "-pk"))
NEWEST_LOOK = Order("looks", ("-at", "-pk"))


class AskedNodes(Paging):
    """Which nodes."""

    shape: ClassVar[type] = NodeShape


class AskedPlaces(Paging):
    """Which places."""

    shape: ClassVar[type] = PlaceShape
    concern: Name | None = None
    node: Name | None = None


class AskedDecisions(Paging):
    """Which decisions."""

    shape: ClassVar[type] = DecisionShape
    key: Name | None = None


class AskedActions(Paging):
    """Which actions."""

    shape: ClassVar[type] = ScalingActionShape
    pool: Name | None = None


class AskedLooks(Paging):
    """Which looks."""

    shape: ClassVar[type] = ScalingLookShape
    pool: Name | None = None


@router.get("nodes", response=NodeList, summary="Worker nodes")
@answers()
@needs("viewer")
def list_of_nodes(request: HttpRequest, asked: Query[AskedNodes]) -> Page:
    """By name: the state of each and why, what it holds and how fast it is."""
    page = part_of(list_nodes(at=utc_now()), asked, name="nodes", key=lambda one: (one.name,))
    return Page([filler(NodeShape)(one) for one in page.items], page.next)


@router.get("placement/places", response=PlaceList, summary="Which node work goes to")
@answers()
@needs("viewer")
def list_places(request: HttpRequest, asked: Query[AskedPlaces]) -> Page:
    """By concern and key."""
    rows = Place.objects.select_related("node")
    if asked.concern:
        rows = rows.filter(concern=asked.concern)
    if asked.node:
        rows = rows.filter(node__name=asked.node)
    return page_of(rows, asked, BY_KEY, _place)


@router.get("placement/decisions", response=DecisionList, summary="Why work changed its place")
@answers()
@needs("viewer")
def list_decisions(request: HttpRequest, asked: Query[AskedDecisions]) -> Page:
    """Newest first."""
    rows = PlacementDecision.objects.filter(key=asked.key) if asked.key else PlacementDecision.objects.all()
    return page_of(rows, asked, NEWEST_DECISION, filler(DecisionShape))


@router.get("scaling/actions", response=ScalingActionList, summary="Changes of the number of workers")
@answers()
@needs("viewer")
def list_actions(request: HttpRequest, asked: Query[AskedActions]) -> Page:
    """Newest first, with what was measured before and after."""
    rows = ScalingAction.objects.filter(pool=asked.pool) if asked.pool else ScalingAction.objects.all()
    return page_of(rows, asked, NEWEST_ACTION, filler(ScalingActionShape))


@router.get("scaling/looks", response=ScalingLookList, summary="What the policy of scaling saw and wished")
@answers()
@needs("viewer")
def list_looks(request: HttpRequest, asked: Query[AskedLooks]) -> Page:
    """Newest first, of the last day."""
    rows = ScalingLook.objects.filter(pool=asked.pool) if asked.pool else ScalingLook.objects.all()
    return page_of(rows, asked, NEWEST_LOOK, filler(ScalingLookShape))


@router.get("cache", response=CacheShape, summary="What the levels of the cache have")
@answers()
@needs("viewer")
def get_cache(request: HttpRequest) -> dict[str, object]:
    """Levels and prefixes over all living processes."""
    found = cache_context()
    return filled(
        CacheShape,
        found["total"],
        levels=[_level(line) for line in found["levels"]],  # type: ignore[attr-defined]
        prefixes=[_prefix(line) for line in found["prefixes"]],  # type: ignore[attr-defined]
    )


def _place(row: Place) -> dict[str, object]:
    return filled(PlaceShape, row, node=row.node.name if row.node else None)


def _level(line: LevelLine) -> dict[str, object]:
    counted = {
        name: getattr(line.level, name) for name in ("hits", "misses", "outdated", "errors", "hit_rate")
    }
    return counted | {"number": line.number, "name": line.name, "p50_us": line.p50_us, "p99_us": line.p99_us}


def _prefix(line: PrefixLine) -> dict[str, object]:
    counted = {name: getattr(line.prefix, name) for name in ("computed", "computing_s", "saved_s")}
    return counted | {"name": line.name, "hit_rate": line.hit_rate, "verdict": line.verdict}
