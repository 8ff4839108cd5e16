"""Health: how well each part is, and how fresh the data is."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema

import heliograph
from heliograph.fleet.queries import count_work
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.shapes.filled import filled
from heliograph.web.reads import freshness, health
from heliograph.web.views.health import parts

router = Router(tags=["health"])


class ServingShape(Schema):
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


Colour = Literal["green", "amber", "red", "unknown"]


class HealthMeasure(Schema):
    """One measure. `state` is empty where nothing judges it; `value` is null for a `reason`."""

    name: str
    labels: dict[str, str]
    unit: str
    says: str
    value: float | None
    state: Literal["green", "amber", "red", "unknown", ""]
    reason: str


class UnknownMeasure(Schema):
    """A measure that is unknown, and why."""

    part: str
    measure: str
    labels: dict[str, str]
    reason: str


class HealthPart(Schema):
    """A part of the whole. `score` is 0 to 100, null if nothing of it is known; `why`: what is not green."""

    name: str
    score: float | None
    state: Colour
    weight: float
    why: list[str]
    measures: list[HealthMeasure]


class HealthShape(Schema):
    """How the installation stands, worst first; `at` is when it was measured, at most ten seconds ago.

    `score` is 0 to 100. `capped_by`: the gates that keep it down.
    """

    status: Literal["ready", "not ready"]
    version: str
    at: datetime
    score: float | None
    state: Colour
    weakest: str | None
    capped_by: list[str]
    unknown: list[UnknownMeasure]
    parts: list[HealthPart]
    serving: ServingShape
    work: WorkCounts
    venues: list[VenueHealth]


@router.get("health", response=HealthShape, summary="How well all of it is, and how fresh data is")
@answers()
@needs("viewer")
def get_health(request: HttpRequest) -> dict[str, object]:
    """The score with its parts, whether this process can serve, the work that is in trouble, and the newest
    bars of each venue."""
    serving = parts()
    return filled(
        HealthShape,
        health.measured(),
        status="ready" if all(serving.values()) else "not ready",
        version=heliograph.__version__,
        serving=serving,
        work=count_work(),
        venues=[filled(VenueHealth, line) for line in freshness.venues()],
    )
