"""Schedules of reports: added, paused, and removed."""

from typing import Annotated, ClassVar, Literal

from django.http import HttpRequest
from ninja import Field, Query, Status

from heliograph.kit.clock import utc_now
from heliograph.reports import schedules as verbs
from heliograph.reports.models import ReportSchedule
from heliograph.reports.periods import Kind, next_end
from heliograph.reports.schedules import Wish, schedules_of
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import person_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Paging, Slug, Told
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.channels import find_channel
from heliograph.web.api.operations.reports import router
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.problems import Refused
from heliograph.web.api.seen import audiences_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.reports import RegularKind, ScheduleList, ScheduleShape
from heliograph.web.views.audience import choices, usable

FIRST = Order("report schedules", ("pk",))


class AskedSchedules(Paging):
    """Which schedules."""

    shape: ClassVar[type] = ScheduleShape


class ScheduleTold(Told):
    """A report that is made whenever its period is over. Without a channel it is only kept.

    `audience` is whose it is, such as "person:7": yourself where it is null; empty: everybody's.
    """

    kind: RegularKind
    zone: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")] = "UTC"
    channel: Slug | None = None
    form: Literal["", "html", "pdf", "json", "csv", "xlsx"] = ""
    audience: Annotated[str, Field(max_length=40)] | None = None


@router.get("report-schedules", response=ScheduleList, summary="Who gets reports regularly")
@answers()
@needs("viewer")
def list_report_schedules(request: HttpRequest, asked: Query[AskedSchedules]) -> Page:
    """One's own and those of one's teams; to operators everybody's too, to admins all."""
    return page_of(schedules_of(audiences_of(request)), asked, FIRST, schedule)


@router.post("report-schedules", response={201: ScheduleShape}, summary="Get a report regularly")
@also(404)
@idempotent
@needs("analyst")
def add_report_schedule(request: HttpRequest, told: ScheduleTold) -> Status:
    """The first one is that of the period that runs now."""
    audience = f"person:{person_of(request).pk}" if told.audience is None else told.audience
    if audience not in dict(choices(request)):
        raise Refused(422, "Choose `audience` from yourself, your teams and everybody.", name="audience")
    if told.channel is not None:
        find_channel(told.channel, usable(request))
    wish = Wish(told.kind, told.zone, told.channel, told.form, audience)
    return Status(201, _told(request, verbs.add_schedule(wish, at=utc_now()), "report_schedule.add"))


@router.post("report-schedules/{schedule_id}/pause", response=ScheduleShape, summary="Let it rest")
@idempotent
@needs("analyst")
def pause_report_schedule(request: HttpRequest, schedule_id: Id) -> dict[str, object]:
    """Periods that are over meanwhile are not reported on."""
    made = verbs.pause_schedule(schedule_id, at=utc_now(), audiences=audiences_of(request))
    return _told(request, made, "report_schedule.pause")


@router.post("report-schedules/{schedule_id}/resume", response=ScheduleShape, summary="Let it go on")
@idempotent
@needs("analyst")
def resume_report_schedule(request: HttpRequest, schedule_id: Id) -> dict[str, object]:
    """With the period that runs now."""
    made = verbs.pause_schedule(schedule_id, paused=False, at=utc_now(), audiences=audiences_of(request))
    return _told(request, made, "report_schedule.resume")


@router.delete("report-schedules/{schedule_id}", response={204: None}, summary="End a schedule")
@idempotent
@needs("analyst")
def remove_report_schedule(request: HttpRequest, schedule_id: Id) -> Status:
    """The reports that it made stay."""
    verbs.remove_schedule(schedule_id, audiences=audiences_of(request))
    tell(request, "report_schedule.remove", f"report schedule {schedule_id}")
    return Status(204, None)


def schedule(row: ReportSchedule) -> dict[str, object]:
    """As the API tells of it."""
    others = {
        "channel": row.channel.name if row.channel else None,
        "next_at": next_end(Kind(row.kind), at=utc_now(), zone=row.zone),
    }
    return filled(ScheduleShape, row, **others)


def _told(request: HttpRequest, row: ReportSchedule, action: str) -> dict[str, object]:
    tell(request, action, f"report schedule {row.pk}", kind=row.kind)
    return schedule(row)
