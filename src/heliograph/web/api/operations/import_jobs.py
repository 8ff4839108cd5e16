"""Uploads that were handed to a job: cancelled, resumed, and read again otherwise."""

from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest
from ninja import Status

from heliograph.errors import Conflict, NotFound
from heliograph.fleet import jobs
from heliograph.fleet.models import Job
from heliograph.market.undoing import KIND as UNDO
from heliograph.market.uploaded import KIND as IMPORT
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import Id, Told
from heliograph.web.api.changing import wake_after
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.import_writes import UploadTold
from heliograph.web.api.operations.imports import router
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.work import JobShape
from heliograph.web.views.upload import Options, begin


class AgainTold(UploadTold):
    """How the same files are read this time; what is empty is found out."""

    # A form holds text; this is JSON, whose types count.
    model_config = Told.model_config


@router.post(
    "imports/jobs/{job_id}/again", response={201: JobShape}, summary="Import uploaded files once more"
)
@idempotent
@needs("analyst")
def import_again(request: HttpRequest, job_id: Id, told: AgainTold) -> Status:
    """Read otherwise, without sending them again."""
    job = _find(job_id)
    folder = Path(str(job.arguments.get("folder", "")))
    if job.kind != IMPORT or job.state in Job.UNFINISHED or not folder.is_dir():
        raise Conflict("The uploaded files are not here any more, or are being read; upload them again.")
    options = Options(**told.dict())
    made = begin(options, folder)
    tell(request, "candles.import", made.title, venue=options.venue, look=options.look)
    return Status(201, filled(JobShape, made))


@router.post("imports/jobs/{job_id}/cancel", response=JobShape, summary="Cancel an import or its undoing")
@idempotent
@needs("analyst")
def cancel_import(request: HttpRequest, job_id: Id) -> dict[str, object]:
    """At once where it waits, else with the next report of its worker."""
    return _done(request, job_id, "cancel", jobs.cancel)


@router.post("imports/jobs/{job_id}/resume", response=JobShape, summary="Let an import go on")
@idempotent
@needs("analyst")
def resume_import(request: HttpRequest, job_id: Id) -> dict[str, object]:
    """One that failed or was cancelled, from where it stood."""
    return _done(request, job_id, "resume", jobs.resume)


def _done(request: HttpRequest, job_id: int, act: str, verb: Callable[[int], object]) -> dict[str, object]:
    verb(_find(job_id).pk)
    wake_after("run_jobs")
    tell(request, f"job.{act}", f"job {job_id}")
    return filled(JobShape, jobs.find_job(job_id))


def _find(job_id: int) -> Job:
    found = Job.objects.filter(pk=job_id, kind__in=(IMPORT, UNDO)).first()
    if found is None:
        raise NotFound(f"There is no import under way, and none was, as job {job_id}.")
    return found
