"""Tuning by itself, once a day, where the owner of the installation allows it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from heliograph.fleet.job_run import JobRun
from heliograph.fleet.jobs import enqueue
from heliograph.fleet.models import Job
from heliograph.kit.clock import utc_now
from heliograph.monitor.tuning.act import act_on
from heliograph.monitor.tuning.look import look

KIND = "tune"
EVERY = timedelta(days=1)
BY = "heliograph"


def tune_daily(*, at: datetime, is_allowed: bool) -> bool:
    """Ask for it where it is allowed and was not done for a day; True if it did."""
    if not is_allowed or Job.objects.filter(kind=KIND, created_at__gt=at - EVERY).exists():
        return False
    enqueue(KIND, title="Tune the database", arguments={}, at=at, key=KIND)
    return True


def run_tuning(run: JobRun) -> Mapping[str, object]:
    """Do what is safe; each act is kept as it is done."""
    safe = [one for one in look(at=utc_now()) if one.is_safe and one.statement]
    done: list[str] = []
    for one in safe:
        run.report(len(done), total=len(safe), unit="acts")
        act = act_on(one, by=BY, at=utc_now())
        done.append(f"{act.state}: {act.statement}")
    return {"acts": done}
