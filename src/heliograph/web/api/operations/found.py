"""Whatever has a name: found by a part of it."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import LINE
from heliograph.web.api.shapes.asides import FoundList
from heliograph.web.views.asked import whole
from heliograph.web.views.find import find

router = Router(tags=["health"])


@router.get("found", response=FoundList, summary="What has a name with that text")
@answers()
@needs("viewer")
def find_by_name(
    request: HttpRequest, q: Annotated[str, Query(min_length=1, max_length=120, pattern=LINE)]
) -> dict[str, object]:
    """Instruments, strategies and pages by a part of their names, signals by their numbers."""
    return {"items": find(q.strip(), number=whole(q.strip()), hidden=hidden(request))}
