"""The figures of the first page."""

from django.http import HttpRequest
from ninja import Router

from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.shapes.asides import OverviewShape
from heliograph.web.api.shapes.filled import filled
from heliograph.web.reads import overview

router = Router(tags=["signals"])


@router.get("overview", response=OverviewShape, summary="What is open, was found lately, and came of it")
@answers()
@needs("viewer")
def get_overview(request: HttpRequest) -> dict[str, object]:
    """At most fifteen seconds old."""
    at, unseen = utc_now(), hidden(request)
    reasons = overview.recent_reasons(at=at, hidden=unseen)
    return filled(OverviewShape, overview.figures(at=at, hidden=unseen), at=at, reasons=_plain(reasons))


def _plain(reasons: list[overview.ReasonCount]) -> list[dict[str, object]]:
    return [{"reason": one.reason, "count": one.count} for one in reasons]
