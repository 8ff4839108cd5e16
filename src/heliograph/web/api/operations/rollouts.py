"""Rollouts: versions that take over from others, share by share."""

from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.errors import NotFound
from heliograph.signals.models import Rollout
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Name, Paging
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.strategies import RolloutList, RolloutShape

router = Router(tags=["strategies"])
NEWEST = Order("rollouts", ("-started_at", "-pk"))


class AskedRollouts(Paging):
    """Which rollouts."""

    shape: ClassVar[type] = RolloutShape
    strategy: Name | None = None
    state: Literal["running", "completed", "rolled_back"] | None = None


class AskedRollout(Chosen):
    """What of one rollout."""

    shape: ClassVar[type] = RolloutShape


@router.get("rollouts", response=RolloutList, summary="Rollouts, newest first")
@answers()
@needs("viewer")
def list_rollouts(request: HttpRequest, asked: Query[AskedRollouts]) -> Page:
    """With their limits, and what was measured when they were last looked at."""
    rows = _visible(request)
    if asked.strategy:
        rows = rows.filter(strategy__name=asked.strategy)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return page_of(rows, asked, NEWEST, rollout)


@router.get("rollouts/{rollout_id}", response=RolloutShape, summary="One rollout")
@answers()
@needs("viewer")
def get_rollout(request: HttpRequest, rollout_id: Id, asked: Query[AskedRollout]) -> dict[str, object]:
    """How it stands, or how it ended and why."""
    return rollout(find_rollout(request, rollout_id))


def find_rollout(request: HttpRequest, rollout_id: int) -> Rollout:
    """The rollout of that id; NotFound too where its strategy is hidden from whoever asks."""
    found = _visible(request).filter(pk=rollout_id).first()
    if found is None:
        raise NotFound(f"There is no rollout {rollout_id}.")
    return found


def rollout(row: Rollout) -> dict[str, object]:
    """A row fetched with strategy and both versions."""
    numbers = {"candidate": row.candidate.number, "former": row.former.number}
    return filled(RolloutShape, row, strategy=row.strategy.name, **numbers)


def _visible(request: HttpRequest):
    rows = Rollout.objects.select_related("strategy", "candidate", "former")
    return rows.exclude(strategy__in=hidden(request))
