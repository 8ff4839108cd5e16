"""Long work as a page shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from heliograph.fleet.models import Job
from heliograph.research.models import StoredBacktest
from heliograph.research.queries import concealed
from heliograph.signals.queries import Hidden

NEWEST = 50
# Less than this says nothing about the rest.
LEAST_SHARE = 0.02
GLYPHS = {
    Job.State.QUEUED: "unknown",
    Job.State.RUNNING: "running",
    Job.State.DONE: "done",
    Job.State.FAILED: "bad",
    Job.State.CANCELLED: "off",
}


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job; `share` of it is done (0 to 1, None where its length is unknown), `left` is measured."""

    job: Job
    share: float | None
    left: timedelta | None

    @property
    def glyph(self) -> str:
        """The shape of its state."""
        return GLYPHS[Job.State(self.job.state)]

    @property
    def word(self) -> str:
        """Its state, and that it is about to be cancelled."""
        if self.job.cancel_asked and self.job.state in Job.UNFINISHED:
            return "cancelling"
        return str(self.job.state)

    @property
    def can_cancel(self) -> bool:
        """True while somebody may still cancel it."""
        return self.job.state in Job.UNFINISHED and not self.job.cancel_asked


def job_lines(*, at: datetime, hidden: Hidden = ()) -> list[JobLine]:
    """Unfinished jobs first, then the newest. Two statements."""
    jobs = visible_jobs(hidden)
    unfinished = jobs.filter(state__in=Job.UNFINISHED).order_by("created_at")
    finished = jobs.exclude(state__in=Job.UNFINISHED).order_by("-finished_at", "-pk")
    return [job_line(job, at=at) for job in (*unfinished, *finished[:NEWEST])]


def visible_jobs(hidden: Hidden) -> QuerySet[Job]:
    """All jobs but the backtests of hidden strategies."""
    if not hidden:
        return Job.objects.all()
    return Job.objects.exclude(pk__in=StoredBacktest.objects.filter(concealed(hidden)).values("job"))


def job_line(job: Job, *, at: datetime) -> JobLine:
    """One job, with the time that is left where it can be told."""
    share = min(1.0, job.done / job.total) if job.total else None
    left = None
    if job.state == Job.State.RUNNING and share and share >= LEAST_SHARE and job.started_at:
        left = (at - job.started_at) * (1 - share) / share
    return JobLine(job=job, share=share, left=left)
