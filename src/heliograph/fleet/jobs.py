"""Long work as rows: asked for, taken by one worker at a time, and gone on with after a crash."""

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from heliograph.errors import Conflict, NotFound, UserError
from heliograph.fleet.job_run import LEASE_SECONDS, Cancelled, HandedBack, JobRun, LostJob, Stop
from heliograph.fleet.models import Job
from heliograph.kit.logs import Hiding

__all__ = [
    "Cancelled",
    "HandedBack",
    "JobRun",
    "LostJob",
    "Runner",
    "cancel",
    "enqueue",
    "resume",
    "run_next",
]

Runner = Callable[[JobRun], Mapping[str, object]]

MOST_TRIES = 3
# What a library says of its failure may hold the address that it asked, with the password in it.
HIDE = Hiding()
# After the first failure in a row, and after the second.
REST_SECONDS = (30, 300)

# A running one whose lease is over lost its worker, which is a failed try.
TAKE = f"""
UPDATE fleet_job
SET state = 'running', epoch = epoch + 1, holder = %(holder)s,
    tries = tries + (state = 'running')::int,
    leased_until = clock_timestamp() + interval '{LEASE_SECONDS} s',
    started_at = coalesce(started_at, clock_timestamp())
WHERE id = (
    SELECT id FROM fleet_job
    WHERE state IN ('queued', 'running') AND kind = ANY(%(kinds)s)
      AND (leased_until IS NULL OR leased_until < clock_timestamp())
      AND (%(only)s::bigint IS NULL OR id = %(only)s)
    ORDER BY created_at, id
    LIMIT 1
    FOR UPDATE SKIP LOCKED)
RETURNING id
"""


class NoSuchJob(NotFound):
    """No job has that number."""

    def __init__(self, job_id: int):
        super().__init__(f"There is no job {job_id}; `heliograph jobs list` shows them.")


class WrongState(Conflict):
    """The job is not in a state in which that can be done."""


def enqueue(kind: str, *, title: str, arguments: Mapping[str, object], at: datetime, key: str = "") -> Job:
    """Ask for long work. With a `key`, a job of that key that is not finished yet is given instead."""
    while True:
        if key and (same := Job.objects.filter(key=key, state__in=Job.UNFINISHED).first()):
            return same
        try:
            with transaction.atomic():
                return Job.objects.create(
                    kind=kind, title=title, arguments=dict(arguments), key=key, created_at=at
                )
        except IntegrityError:
            # Another asked at the same moment: found in the next round.
            continue


def run_next(
    runners: Mapping[str, Runner], *, holder: str, stop: Stop | None = None, only: int | None = None
) -> Job | None:
    """Run the oldest job that waits or was left by a dead worker; None if there is none.

    It comes back as it then stands: done, cancelled, failed, or queued because it failed and is tried again
    later or because `stop`, asked at each of its reports, ended the worker's time. `only`: that job alone.
    """
    job = _take(list(runners), holder=holder, only=only)
    if job is None:
        return None
    run = JobRun(job, stop=stop)
    if job.cancel_asked:
        _finish(run, Job.State.CANCELLED)
    elif job.tries >= MOST_TRIES:
        sentence = f"The last worker died; {job.tries} tries in a row failed before it came on."
        _finish(run, Job.State.FAILED, error=sentence)
    else:
        _run(run, runners[job.kind])
    job.refresh_from_db()
    return job


def cancel(job_id: int) -> Job:
    """Ask for a job to end: at once where it waits, else at the next report of its worker."""
    waiting = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
    if not waiting.update(state=Job.State.CANCELLED, finished_at=Now()):
        Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(cancel_asked=True)
    job = find_job(job_id)
    if job.state not in (Job.State.CANCELLED, Job.State.RUNNING):
        raise WrongState(f"Job {job_id} is {job.state} already.")
    return job


def resume(job_id: int) -> Job:
    """Let a failed or cancelled job go on from where it stood."""
    ended = Job.objects.filter(pk=job_id, state__in=(Job.State.FAILED, Job.State.CANCELLED))
    try:
        with transaction.atomic():
            resumed = ended.update(
                state=Job.State.QUEUED, cancel_asked=False, tries=0, leased_until=None, finished_at=None
            )
    except IntegrityError as fault:
        raise WrongState(f"Another job does the same as job {job_id} already.") from fault
    job = find_job(job_id)
    if not resumed:
        raise WrongState(f"Job {job_id} is {job.state}; only failed and cancelled ones are resumed.")
    return job


def find_job(job_id: int) -> Job:
    """The job of that number, or NoSuchJob."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise NoSuchJob(job_id)
    return job


def list_jobs(*, unfinished: bool = False, limit: int = 50) -> list[Job]:
    """The newest jobs; with `unfinished` those that wait or run."""
    found = Job.objects.order_by("-created_at", "-id")
    if unfinished:
        found = found.filter(state__in=Job.UNFINISHED)
    return list(found[:limit])


def _take(kinds: list[str], *, holder: str, only: int | None) -> Job | None:
    with connection.cursor() as rows:
        rows.execute(TAKE, {"kinds": kinds, "holder": holder[:128], "only": only})
        found = rows.fetchone()
    return Job.objects.get(pk=found[0]) if found else None


def _run(run: JobRun, runner: Runner) -> None:
    try:
        with run.beating():
            result = runner(run)
    except Cancelled:
        _finish(run, Job.State.CANCELLED)
    except LostJob:
        # Another worker has it, and writes what is to be written.
        return
    except HandedBack:
        _give_back(run)
    except UserError as fault:
        # Trying again would not mend it.
        _finish(run, Job.State.FAILED, error=str(fault))
    except Exception as fault:  # noqa: BLE001 - the worker outlives its job, and the row tells of it
        _record(run, fault)
    except BaseException:
        _give_back(run)
        raise
    else:
        _finish(run, Job.State.DONE, result=dict(result))


def _record(run: JobRun, fault: Exception) -> None:
    """A failure: another try later, or the end."""
    connection.close_if_unusable_or_obsolete()
    told = {"error": HIDE(f"{type(fault).__name__}: {fault}"), "traceback": HIDE(traceback.format_exc())}
    tries = _own(run).values_list("tries", flat=True).first()
    if tries is None:
        return
    if tries + 1 >= MOST_TRIES:
        _finish(run, Job.State.FAILED, tries=tries + 1, **told)
    else:
        rest = timedelta(seconds=REST_SECONDS[tries])
        _give_back(run, tries=tries + 1, leased_until=Now() + rest, **told)


def _give_back(run: JobRun, **changes: object) -> None:
    _own(run).update(**{"state": Job.State.QUEUED, "holder": "", "leased_until": None} | changes)


def _finish(run: JobRun, state: Job.State, **changes: object) -> None:
    cleared = {"error": "", "traceback": ""} if state == Job.State.DONE else {}
    ended = {"state": state, "holder": "", "leased_until": None, "finished_at": Now()}
    _own(run).update(**ended | cleared | changes)


def _own(run: JobRun) -> QuerySet[Job]:
    """The row, as long as no other worker has taken it meanwhile."""
    return Job.objects.filter(pk=run.job_id, epoch=run.epoch, state=Job.State.RUNNING)
