"""`heliograph jobs`: long work, how far it is, and its end."""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.exits import Exit
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, show_json, show_table, utc
from heliograph.cli.progress import counting
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.fleet.models import Job

Number = Annotated[int, typer.Argument(metavar="ID", help="The number of a job.", show_default=False)]
LOOK_SECONDS = 0.5
# Taken by nobody for so long, it waits for workers that are not there.
LONELY = timedelta(seconds=15)

jobs = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@jobs.callback()
def about() -> None:
    """Show long work such as backfills and stored backtests, follow, cancel and resume it."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    verbs = {"list": list_, "show": show, "wait": wait, "cancel": cancel, "resume": resume}
    for name, command in verbs.items():
        jobs.command(name)(command)
    app.add_typer(jobs, name="jobs")


@spread
def list_(
    place: Place,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Only those that wait or run.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first.

    \b
    Example:
      heliograph jobs list
    """
    with database(place):
        from heliograph.fleet.jobs import list_jobs

        found = list_jobs(unfinished=unfinished, limit=limit)
    if as_json:
        show_json([job_object(job) for job in found])
    elif found:
        columns = [">id", "kind", "what", "state", ">done", "asked for (UTC)", "why"]
        show_table(columns, [_row(job) for job in found])
    else:
        note("No jobs; `heliograph backtest --store` makes one.")


@spread
def show(job: Number, place: Place, as_json: AsJson = False) -> None:
    """Show a job, with the traceback where it failed.

    \b
    Example:
      heliograph jobs show 3
    """
    with database(place):
        from heliograph.fleet.jobs import find_job

        found = find_job(job)
    _tell(found, as_json=as_json, trace=True)


@spread
def wait(job: Number, place: Place, as_json: AsJson = False) -> None:
    """Follow a job until it ends; exit code 1 if it failed or was cancelled.

    \b
    Example:
      heliograph jobs wait 3
    """
    with database(place):
        ended = follow(job)
    _tell(ended, as_json=as_json, trace=False)
    if ended.state != ended.State.DONE:
        raise typer.Exit(Exit.OUR_FAULT)


@spread
def cancel(job: Number, place: Place, as_json: AsJson = False) -> None:
    """Ask for a job to end; it can be resumed.

    \b
    Example:
      heliograph jobs cancel 3
    """
    with database(place), changing("job.cancel", f"job {job}"):
        from heliograph.fleet.jobs import cancel as ask

        found = ask(job)
    if as_json:
        show_json(job_object(found))
    elif found.state == found.State.RUNNING:
        print(f"Job {job} ends at its next report.")
    else:
        print(f"Job {job} is cancelled.")


@spread
def resume(job: Number, place: Place, as_json: AsJson = False) -> None:
    """Let a failed or cancelled job go on from where it stood.

    \b
    Example:
      heliograph jobs resume 3
    """
    with database(place), changing("job.resume", f"job {job}"):
        from heliograph.fleet.jobs import resume as ask

        found = ask(job)
    if as_json:
        show_json(job_object(found))
    else:
        print(f"Job {job} goes on; `heliograph jobs wait {job}` follows it.")


def follow(job_id: int) -> "Job":
    """Wait until a job has ended, with a progress bar."""
    from heliograph.fleet.jobs import find_job

    began, is_said = time.monotonic(), False
    with counting("") as tell:
        while (job := find_job(job_id)).state in job.UNFINISHED:
            tell(job.done, job.total, f"{job.title} ({job.unit or job.state})")
            if job.state == job.State.QUEUED and not is_said and time.monotonic() - began > LONELY.seconds:
                note("No worker has taken it yet; `heliograph up` runs workers.")
                is_said = True
            time.sleep(LOOK_SECONDS)
    return job


def job_object(job: "Job") -> dict[str, object]:
    """A job for programs."""
    names = ("id", "kind", "title", "state", "done", "total", "unit", "tries", "holder", "error", "traceback")
    plain = {name: getattr(job, name) for name in names}
    moments = ("created_at", "started_at", "finished_at")
    told = {"cancel_asked": job.cancel_asked, "arguments": job.arguments, "result": job.result}
    return plain | told | {name: utc(getattr(job, name)) for name in moments}


def _tell(job: "Job", *, as_json: bool, trace: bool) -> None:
    if as_json:
        show_json(job_object(job))
        return
    print(f"Job {job.pk}, {job.kind}: {job.title}")
    print(f"{_state(job)}{f', {_done(job)}' if job.done else ''}")
    facts: dict[str, datetime | None] = {
        "asked for": job.created_at,
        "begun": job.started_at,
        "ended": job.finished_at,
    }
    print(", ".join(f"{name} {clock(at)} UTC" for name, at in facts.items() if at))
    if job.error:
        print(job.error)
    if trace and job.traceback:
        print(f"\n{job.traceback.rstrip()}")


def _row(job: "Job") -> list[str]:
    created = clock(job.created_at)
    return [f"{job.pk}", job.kind, job.title, _state(job), _done(job) or UNKNOWN, created, job.error]


def _state(job: "Job") -> str:
    if job.state == job.State.RUNNING and job.cancel_asked:
        return "running, to be cancelled"
    if job.state == job.State.QUEUED and job.tries:
        return f"waits after {job.tries} failed {'try' if job.tries == 1 else 'tries'}"
    return job.state


def _done(job: "Job") -> str:
    if job.total:
        return f"{100 * job.done / job.total:.0f} % of {job.total:,} {job.unit}"
    return f"{job.done:,} {job.unit}" if job.done else ""
