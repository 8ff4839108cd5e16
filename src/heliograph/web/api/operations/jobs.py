"""Jobs: long work, its progress and its end."""

from typing import ClassVar

from django.http import HttpRequest
from ninja import Field, Query, Router

from heliograph.fleet.jobs import NoSuchJob
from heliograph.fleet.models import Job
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Name, Paging
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.backtests import JobState
from heliograph.web.api.shapes.filled import filled, filler
from heliograph.web.api.shapes.work import JobList, JobShape
from heliograph.web.reads.work.jobs import visible_jobs

router = Router(tags=["work"])
NEWEST = Order("jobs", ("-created_at", "-pk"))


class AskedJobs(Paging):
    """Which jobs."""

    shape: ClassVar[type] = JobShape
    state: JobState | None = None
    kind: Name | None = None
    unfinished: bool = Field(False, description="Only those that wait or run.")


class AskedJob(Chosen):
    """What of one job."""

    shape: ClassVar[type] = JobShape


@router.get("jobs", response=JobList, summary="Long work, newest first")
@answers()
@needs("viewer")
def list_of_jobs(request: HttpRequest, asked: Query[AskedJobs]) -> Page:
    """How far each job is, or how it ended."""
    named = {name: getattr(asked, name) for name in ("state", "kind") if getattr(asked, name)}
    rows = visible_jobs(hidden(request)).filter(**named)
    if asked.unfinished:
        rows = rows.filter(state__in=Job.UNFINISHED)
    return page_of(rows, asked, NEWEST, filler(JobShape))


@router.get("jobs/{job_id}", response=JobShape, summary="One job")
@answers()
@needs("viewer")
def get_job(request: HttpRequest, job_id: Id, asked: Query[AskedJob]) -> dict[str, object]:
    """How far it is, or how it ended."""
    return filled(JobShape, find_visible(request, job_id))


def find_visible(request: HttpRequest, job_id: int) -> Job:
    """The job of that id; NoSuchJob too where it is a backtest of what is hidden from whoever asks."""
    found = visible_jobs(hidden(request)).filter(pk=job_id).first()
    if found is None:
        raise NoSuchJob(job_id)
    return found
