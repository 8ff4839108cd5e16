"""Candles whose days are over go once a day, as a job."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from heliograph.fleet.job_run import JobRun
from heliograph.fleet.jobs import enqueue
from heliograph.fleet.models import Job
from heliograph.kit.clock import utc_now
from heliograph.workers.retention.candles import drop
from heliograph.workers.retention.chosen import chosen

KIND = "retention"
EVERY = timedelta(days=1)


def drop_daily(*, at: datetime) -> bool:
    """Ask for it where days of candles are chosen and it was not done for a day; True if it did."""
    if not chosen().candles or Job.objects.filter(kind=KIND, created_at__gt=at - EVERY).exists():
        return False
    enqueue(KIND, title="Drop candles whose days are over", arguments={}, at=at, key=KIND)
    return True


def run_retention(run: JobRun) -> Mapping[str, object]:
    """Month by month; interrupted, it goes on with what is still there."""
    done = []
    for gone in drop(chosen().candles, at=utc_now()):
        done.append(asdict(gone))
        run.report(len(done), unit="months")
    return {"months": done}
