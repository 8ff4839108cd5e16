"""Health: whether the parts answer, and how fresh the data is."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema

import heliograph
from heliograph.fleet.queries import count_work
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.shapes.filled import filled
from heliograph.web.reads import freshness
from heliograph.web.views.health import parts

router = Router(tags=["health"])


class PartsShape(Schema):
    """Whether each part answers, and whether the database has all tables."""

    database: bool
    migrations: bool
    redis: bool


class VenueHealth(Schema):
    """The bars of one timeframe at one venue; `current` series have the newest bar of the venue."""

    venue: str
    kind: str
    timeframe: str
    newest_open: datetime
    stored_at: datetime
    series: int
    current: int
    bars: int


class WorkCounts(Schema):
    """Pieces of work in each state."""

    running: int
    failed: int
    parked: int
    dropped: int


class HealthShape(Schema):
    """How the installation stands; `at` is when it was looked at."""

    status: Literal["ready", "not ready"]
    version: str
    at: datetime
    parts: PartsShape
    work: WorkCounts
    venues: list[VenueHealth]


@router.get("health", response=HealthShape, summary="Whether the parts answer, and how fresh data is")
@answers()
@needs("viewer")
def get_health(request: HttpRequest) -> dict[str, object]:
    """The parts, the work that is in trouble, and the newest bars of each venue."""
    found = parts()
    return {
        "status": "ready" if all(found.values()) else "not ready",
        "version": heliograph.__version__,
        "at": utc_now(),
        "parts": found,
        "work": count_work(),
        "venues": [filled(VenueHealth, line) for line in freshness.venues()],
    }
