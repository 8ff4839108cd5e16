"""Where a piece of work lies, and why."""

from dataclasses import asdict
from typing import Annotated

from django.http import HttpRequest
from ninja import Query

from heliograph.fleet.placement.explain import explain_place
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import LINE
from heliograph.web.api.described import also
from heliograph.web.api.operations.nodes import router
from heliograph.web.api.operations.work_writes import refuse_foreign
from heliograph.web.api.shapes.work import PlaceStoryShape

Key = Annotated[str, Query(min_length=1, max_length=120, pattern=LINE)]


@router.get("placement/explanation", response=PlaceStoryShape, summary="Why work lies where it does")
@also(404)
@answers()
@needs("viewer")
def explain_placement(request: HttpRequest, key: Key) -> dict[str, object]:
    """By its key, such as `shard:12`: the ranking of the nodes and its newest moves."""
    refuse_foreign(request, key)
    return asdict(explain_place(key, at=utc_now()))
