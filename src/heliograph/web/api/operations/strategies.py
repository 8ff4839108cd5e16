"""Strategies and their versions."""

from dataclasses import asdict
from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.signals.models import StrategyVersion
from heliograph.signals.queries import seen
from heliograph.signals.scores import scoreboard
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.strategies import StrategyList, StrategyShape

router = Router(tags=["strategies"])
NEWEST = Order("versions", ("-created_at", "-pk"))


class AskedStrategies(Paging):
    """Which versions."""

    shape: ClassVar[type] = StrategyShape
    strategy: Name | None = None
    stage: Literal["draft", "shadow", "live", "retired"] | None = None


@router.get("strategies", response=StrategyList, url_name="strategies", summary="Versions, newest first")
@answers("signals")
@needs("viewer")
def list_strategies(request: HttpRequest, asked: Query[AskedStrategies]) -> Page:
    """Every version with its text and with what its signals came to."""
    rows = StrategyVersion.objects.filter(seen(hidden(request), "strategy"))
    if asked.strategy:
        rows = rows.filter(strategy__name=asked.strategy)
    if asked.stage:
        rows = rows.filter(stage=asked.stage)
    page = page_of(rows, asked, NEWEST)
    scores = {score.version_id: score for score in scoreboard(page.items)} if page.items else {}
    return Page(
        [asdict(scores[row.pk]) | {"text": row.text, "digest": row.digest} for row in page.items], page.next
    )
