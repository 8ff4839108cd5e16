"""Reports: those that are kept, what they say, and as files."""

from typing import Annotated, ClassVar, Self

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status
from pydantic import model_validator

from heliograph.kit.clock import utc_now
from heliograph.reports.forms import FORMS, file_name
from heliograph.reports.keep import find_report, request_report, shown
from heliograph.reports.models import StoredReport
from heliograph.reports.periods import Kind, Period, last_period, span
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers, with_etag
from heliograph.web.api.asked import Id, Moment, Paging, Told
from heliograph.web.api.changing import wake_after
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.reports import (
    ReportContent,
    ReportForm,
    ReportKind,
    ReportList,
    ReportShape,
)

router = Router(tags=["reports"])
NEWEST = Order("reports", ("-pk",))
FILE = {
    "responses": {
        200: {
            "description": "The file.",
            "content": {
                form.kind.partition(";")[0]: {
                    # A program that reads JSON sees an object, whatever is sent to be saved.
                    "schema": {"type": "object"}
                    if form.name == "json"
                    else {"type": "string", "format": "binary"}
                }
                for form in FORMS.values()
            },
        }
    }
}


class AskedReports(Paging):
    """Which reports."""

    shape: ClassVar[type] = ReportShape
    kind: ReportKind | None = None


class AskedFile(Schema):
    """In which form."""

    format: ReportForm = "pdf"


class ReportTold(Told):
    """Which period: the last of its kind that was over `at`, by default now, or from `since` to `until`."""

    kind: ReportKind = "daily"
    at: Moment | None = None
    since: Moment | None = None
    until: Moment | None = None
    zone: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")] = "UTC"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.since is None) != (self.until is None):
            raise ValueError("a span has both `since` and `until`")
        if self.kind == "custom" and self.since is None:
            raise ValueError("a custom report has `since` and `until`")
        if self.since is not None and self.at is not None:
            raise ValueError("give either `at`, or `since` with `until`")
        return self

    def period(self) -> Period:
        """The period that is meant."""
        if self.since is not None and self.until is not None:
            return span(self.since, self.until, zone=self.zone)
        return last_period(Kind(self.kind), at=self.at or utc_now(), zone=self.zone)


@router.get("reports", response=ReportList, summary="Reports that are kept, newest first")
@answers()
@needs("viewer")
def list_reports(request: HttpRequest, asked: Query[AskedReports]) -> Page:
    """Those in which nothing is that belongs to others."""
    rows = shown(hidden(request))
    return page_of(rows.filter(kind=asked.kind) if asked.kind else rows, asked, NEWEST, report)


@router.post("reports", response={201: ReportShape}, summary="Ask for a report")
@idempotent
@needs("analyst")
def make_report(request: HttpRequest, told: ReportTold) -> Status:
    """A job makes it; what belongs to others is not in it."""
    made = request_report(told.period(), hidden=hidden(request), at=utc_now())
    tell(request, "report.make", f"report {made.pk}", kind=made.kind)
    wake_after("run_jobs")
    return Status(201, report(made))


@router.get("reports/{report_id}", response=ReportContent, summary="What a report says")
@also(409)
@answers()
@needs("viewer")
def get_report(request: HttpRequest, report_id: Id) -> dict[str, object]:
    """As JSON; 409 while it is not made."""
    return find_report(report_id, hidden=hidden(request)).told()


@router.get("reports/{report_id}/file", summary="A report as a file", openapi_extra=FILE)
@also(409)
@needs("viewer")
def download_report(request: HttpRequest, report_id: Id, asked: Query[AskedFile]) -> HttpResponse:
    """HTML, PDF, JSON, CSV or XLSX: the same bytes each time; 409 while it is not made."""
    told, form = find_report(report_id, hidden=hidden(request)).told(), FORMS[asked.format]
    answer = with_etag(request, form.make(told), kind=form.kind)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(told, form.name)}"'
    return answer


download_report.is_answers = True  # type: ignore[attr-defined]


@router.delete("reports/{report_id}", response={204: None}, summary="Forget a report")
@idempotent
@needs("analyst")
def delete_report(request: HttpRequest, report_id: Id) -> Status:
    """A job that makes it finds nothing to do."""
    found = find_report(report_id, hidden=hidden(request))
    found.delete()
    tell(request, "report.delete", f"report {report_id}", kind=found.kind)
    return Status(204, None)


def report(stored: StoredReport) -> dict[str, object]:
    """As the API tells of it."""
    job = stored.job
    others = {"state": job.state if job else None, "is_made": stored.finished_at is not None}
    return filled(ReportShape, stored, **others)
