"""Reports as rows: asked for, made by a job, read again, and forgotten after their time."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from heliograph.fleet.jobs import JobRun, enqueue
from heliograph.kit.clock import utc_now
from heliograph.reports.deliver import tell_ready
from heliograph.reports.errors import NoSuchReport
from heliograph.reports.make import make_report
from heliograph.reports.models import ReportSchedule, StoredReport
from heliograph.reports.periods import Kind, Period
from heliograph.signals.models import Strategy
from heliograph.signals.queries import Hidden

JOB = "report"
# Hourly ones are many; and there are never more than so many in all.
HOURLY_DAYS, DAYS, MOST = 14, 400, 5_000


@transaction.atomic
def request_report(
    period: Period, *, hidden: Hidden = (), at: datetime, schedule: ReportSchedule | None = None
) -> StoredReport:
    """Ask for a report; a job makes it."""
    stored = StoredReport.objects.create(
        kind=period.kind.value,
        since=period.since,
        until=period.until,
        before=period.before,
        zone=period.zone,
        hidden=sorted(hidden),
        strategies=list(Strategy.objects.exclude(pk__in=hidden).order_by("pk").values_list("pk", flat=True)),
        schedule=schedule,
        created_at=at,
    )
    title = f"{period.kind} report from {period.since:%Y-%m-%d %H:%M}"
    stored.job = enqueue(JOB, title=title, arguments={"report": stored.pk}, at=at)
    stored.save(update_fields=["job"])
    return stored


def run_report(run: JobRun) -> Mapping[str, object]:
    """The runner of jobs of kind `report`. Interrupted, it begins anew."""
    stored = StoredReport.objects.select_related("schedule__channel").filter(job=run.job_id).first()
    if stored is None:
        # Somebody has forgotten it meanwhile.
        return {}
    made = make_report(
        period_of(stored),
        hidden=tuple(stored.hidden),
        said=lambda done, total: run.report(done, total=total, unit="sections"),
    )
    told = made.to_dict()
    stored.content = json.dumps(told, ensure_ascii=False, allow_nan=False)
    stored.finished_at = utc_now()
    with transaction.atomic():
        stored.save(update_fields=["content", "finished_at"])
        if stored.schedule is not None:
            tell_ready(stored, told, at=stored.finished_at)
        run.hold()
    return {"report": stored.pk}


def period_of(stored: StoredReport) -> Period:
    """What it is about."""
    return Period(Kind(stored.kind), stored.since, stored.until, stored.before, stored.zone)


def shown(hidden: Hidden) -> QuerySet[StoredReport]:
    """The reports in which nothing is that is hidden, without their content."""
    rows = StoredReport.objects.select_related("job", "schedule").defer("content")
    return rows.exclude(strategies__overlap=list(hidden)) if hidden else rows


def find_report(number: int, *, hidden: Hidden = ()) -> StoredReport:
    """The one of that number, or NoSuchReport."""
    found = shown(hidden).defer(None).filter(pk=number).first()
    if found is None:
        raise NoSuchReport(number)
    return found


def old_reports(*, at: datetime) -> QuerySet[StoredReport]:
    """Those whose time is over, and those that are too many."""
    hourly, others = at - timedelta(days=HOURLY_DAYS), at - timedelta(days=DAYS)
    newest = list(StoredReport.objects.order_by("-pk").values_list("pk", flat=True)[MOST : MOST + 1])
    return StoredReport.objects.filter(
        Q(kind=Kind.HOURLY.value, created_at__lt=hourly)
        | Q(created_at__lt=others)
        | Q(pk__lte=newest[0] if newest else 0)
    )
