"""Tuning: what could be better in the database and its processes, and what was done about it."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema

from heliograph.kit.cache import cached
from heliograph.kit.clock import utc_now
from heliograph.monitor.tuning.models import Act
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.shapes.filled import filled

router = Router(tags=["health"])
# The newest ones.
MOST_ACTS = 100


class TuningAdvice(Schema):
    """One thing that could be better. `statement` mends it and `undo` takes that back; both are empty where
    people must act. `safe`: `heliograph tune --apply` does it."""

    kind: str
    subject: str
    why: str
    statement: str
    undo: str
    safe: bool
    measured: dict[str, float]


class TuningAct(Schema):
    """What was done by advice, with what was measured before and after it."""

    id: int
    at: datetime
    by: str
    kind: str
    subject: str
    statement: str
    undo: str
    state: Literal["done", "failed", "taken back"]
    error: str
    seconds: float
    before: dict[str, float]
    after: dict[str, float]


class TuningShape(Schema):
    """What is advised, as it was looked at `at`, at most a minute ago; and the newest acts."""

    at: datetime
    advice: list[TuningAdvice]
    acts: list[TuningAct]


@router.get("tuning", response=TuningShape, summary="What could be better in the database and its processes")
@answers()
@needs("operator")
def get_tuning(request: HttpRequest) -> dict[str, object]:
    """Indexes, statements, tables, settings and processes; nothing is changed by asking."""
    at, advice = _advice()
    acts = Act.objects.order_by("-pk")[:MOST_ACTS]
    return {"at": at, "advice": advice, "acts": [filled(TuningAct, one) for one in acts]}


@cached(key="tuning:advice", ttl=60.0)
def _advice() -> tuple[datetime, list[dict[str, object]]]:
    from heliograph.monitor.tuning.look import look

    at = utc_now()
    return at, [filled(TuningAdvice, one, safe=one.is_safe) for one in look(at=at)]
