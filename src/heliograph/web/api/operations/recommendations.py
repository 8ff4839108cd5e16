"""Recommendations: what could be better, what was answered, and whether it helped."""

from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router

from heliograph.kit.clock import utc_now
from heliograph.monitor.advice.answer import dismiss, mark_done
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.advice.queries import find_recommendation, visible_to
from heliograph.monitor.advice.told import ToldRecommendation, told_recommendation
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden, person_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Name, Paging, Told, Words
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.seen import audiences_of
from heliograph.web.api.shapes.recommendations import (
    RecommendationList,
    RecommendationShape,
    RecommendationState,
)

router = Router(tags=["health"])
NEWEST = Order("recommendations", ("-opened_at", "-pk"))


class AskedRecommendations(Paging):
    """Which recommendations; those that are open unless asked otherwise."""

    shape: ClassVar[type] = RecommendationShape
    state: RecommendationState | None = "open"
    rule: Name | None = None


class AskedRecommendation(Chosen):
    """What of one recommendation."""

    shape: ClassVar[type] = RecommendationShape


class DismissTold(Told):
    """Why, in words."""

    reason: Words = ""


@router.get("recommendations", response=RecommendationList, summary="What could be better")
@answers()
@needs("viewer")
def list_recommendations(request: HttpRequest, asked: Query[AskedRecommendations]) -> Page:
    """Newest first, with the numbers that each rests on, and of those that were done whether that helped."""
    rows = _visible(request)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.rule:
        rows = rows.filter(rule=asked.rule)
    return page_of(rows, asked, NEWEST, told_recommendation)


@router.get("recommendations/{recommendation_id}", response=RecommendationShape, summary="One recommendation")
@answers()
@needs("viewer")
def get_recommendation(
    request: HttpRequest, recommendation_id: Id, asked: Query[AskedRecommendation]
) -> ToldRecommendation:
    """What to do, from which numbers, and what came of it."""
    return told_recommendation(find_recommendation(recommendation_id, among=_visible(request)))


@router.post(
    "recommendations/{recommendation_id}/done", response=RecommendationShape, summary="Say that it was done"
)
@idempotent
@needs("operator")
def done_recommendation(request: HttpRequest, recommendation_id: Id) -> ToldRecommendation:
    """From now on it is looked whether that helped."""
    found = find_recommendation(recommendation_id, among=_visible(request))
    mark_done(found, by=person_of(request).name, at=utc_now())
    tell(request, "recommendation.done", f"recommendation {found.pk}", title=found.title)
    return told_recommendation(found)


@router.post(
    "recommendations/{recommendation_id}/dismiss", response=RecommendationShape, summary="Dismiss it"
)
@idempotent
@needs("operator")
def dismiss_recommendation(
    request: HttpRequest, recommendation_id: Id, told: DismissTold
) -> ToldRecommendation:
    """It is not said again for 90 days."""
    found = find_recommendation(recommendation_id, among=_visible(request))
    dismiss(found, by=person_of(request).name, reason=told.reason, at=utc_now())
    tell(request, "recommendation.dismiss", f"recommendation {found.pk}", title=found.title)
    return told_recommendation(found)


def _visible(request: HttpRequest) -> QuerySet[Recommendation]:
    return visible_to(hidden=hidden(request), audiences=audiences_of(request))
