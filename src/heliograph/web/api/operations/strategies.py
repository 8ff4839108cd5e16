"""Strategies: all versions with their texts, and the scoreboard."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import ClassVar

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.signals.models import StrategyVersion
from heliograph.signals.scores import Score, scoreboard
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.paging import Order, Page, page_of, part_of
from heliograph.web.api.shapes.asides import ExampleList, ExampleShape
from heliograph.web.api.shapes.filled import filler
from heliograph.web.api.shapes.strategies import ScoreList, ScoreShape, Stage, StrategyList, StrategyShape
from heliograph.web.reads.strategies.starts import examples

router = Router(tags=["strategies"])
NEWEST = Order("versions", ("-created_at", "-pk"))


class AskedStrategies(Paging):
    """Which versions."""

    shape: ClassVar[type] = StrategyShape
    strategy: Name | None = None
    stage: Stage | None = None


class AskedExamples(Paging):
    """Which examples."""

    shape: ClassVar[type] = ExampleShape


class AskedScores(AskedStrategies):
    """Whose scores."""

    shape: ClassVar[type] = ScoreShape


@router.get("strategies", response=StrategyList, url_name="strategies", summary="Versions, newest first")
@answers("signals")
@needs("viewer")
def list_strategies(request: HttpRequest, asked: Query[AskedStrategies]) -> Page:
    """Every version with its text and with what its signals came to."""
    page = _versions(request, asked)
    scores = _scores(page.items)
    return Page(
        [asdict(scores[row.pk]) | {"text": row.text, "digest": row.digest} for row in page.items], page.next
    )


@router.get("strategies/examples", response=ExampleList, summary="Strategies that come along")
@answers()
@needs("viewer")
def list_examples(request: HttpRequest, asked: Query[AskedExamples]) -> Page:
    """By name, each with its text."""
    page = part_of(examples(), asked, name="examples", key=lambda one: (one.name,))
    return Page([filler(ExampleShape)(one) for one in page.items], page.next)


@router.get("scoreboard", response=ScoreList, summary="What the signals of versions came to")
@answers("signals")
@needs("viewer")
def list_scores(request: HttpRequest, asked: Query[AskedScores]) -> Page:
    """Counts, hit rate and means with their intervals; versions, newest first."""
    page = _versions(request, asked)
    scores = _scores(page.items)
    return Page([scores[row.pk] for row in page.items], page.next)


def _versions(request: HttpRequest, asked: AskedStrategies) -> Page:
    rows = StrategyVersion.objects.exclude(strategy__in=hidden(request))
    if asked.strategy:
        rows = rows.filter(strategy__name=asked.strategy)
    if asked.stage:
        rows = rows.filter(stage=asked.stage)
    return page_of(rows, asked, NEWEST)


def _scores(versions: Sequence[StrategyVersion]) -> dict[int, Score]:
    return {score.version_id: score for score in scoreboard(versions)} if versions else {}
