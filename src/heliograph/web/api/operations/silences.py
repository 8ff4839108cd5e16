"""Silences and maintenance windows: what is not told for a while."""

from typing import Annotated, ClassVar, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from heliograph.kit.clock import utc_now
from heliograph.monitor.alerts import silences as verbs
from heliograph.monitor.alerts.queries import SilenceItem, list_silences, silence_item
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import actor_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Line, Moment, Paging, Told
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.alerts import SilenceList, SilenceShape
from heliograph.web.api.shapes.filled import filled

router = Router(tags=["alerts"])
Pattern = Annotated[str, Field(min_length=1, max_length=verbs.LONGEST_PATTERN)]


class AskedSilences(Paging):
    """Which silences: those that hold or wait, or `all`."""

    shape: ClassVar[type] = SilenceShape
    which: Literal["current", "all"] = "current"


class SilenceTold(Told):
    """What is to be silenced until when, and why; begins now where nothing is said of that."""

    ends_at: Moment
    why: Line
    begins_at: Moment | None = None
    rules: Annotated[list[Pattern], Field(max_length=verbs.MOST_PATTERNS)] = Field(default_factory=list)
    labels: Annotated[dict[Pattern, Pattern], Field(max_length=8)] = Field(default_factory=dict)
    every_days: Annotated[int, Field(ge=1, le=31)] | None = None
    kind: Literal["silence", "maintenance"] = "silence"


@router.get("silences", response=SilenceList, summary="What is not told for a while")
@answers()
@needs("viewer")
def list_alert_silences(request: HttpRequest, asked: Query[AskedSilences]) -> Page:
    """By number."""
    items = [_shape(one) for one in list_silences(every=asked.which == "all", at=utc_now())]
    return part_of(items, asked, name="silences", key=lambda one: (int(str(one["id"])),))


@router.post("silences", response={201: SilenceShape}, summary="Silence incidents for a while")
@idempotent
@needs("operator")
def add_silence(request: HttpRequest, told: SilenceTold) -> Status:
    """They are opened all the same; what still goes on when it ends is told then."""
    at = utc_now()
    hush = verbs.Hush(
        begins_at=told.begins_at or at,
        ends_at=told.ends_at,
        why=told.why,
        rules=told.rules,
        labels=told.labels,
        every_days=told.every_days,
        is_maintenance=told.kind == "maintenance",
    )
    made = verbs.add_silence(hush, who=actor_of(request).name, at=at)
    tell(request, "silence.add", f"silence {made.pk}", why=told.why)
    return Status(201, _shape(silence_item(made, at=at)))


@router.post("silences/{silence_id}/end", response=SilenceShape, summary="End a silence")
@idempotent
@needs("operator")
def end_silence(request: HttpRequest, silence_id: Id) -> dict[str, object]:
    """What goes on is told."""
    at = utc_now()
    made = verbs.end_silence(silence_id, at=at)
    tell(request, "silence.end", f"silence {silence_id}")
    return _shape(silence_item(made, at=at))


def _shape(item: SilenceItem) -> dict[str, object]:
    return filled(SilenceShape, item.silence, state=item.state)
