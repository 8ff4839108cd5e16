"""Long work: stored backtests, backfills, imports and reports, one at a time on each worker."""

import os
from collections.abc import Callable, Mapping

from heliograph.fleet.jobs import Runner, run_next
from heliograph.fleet.vouch import HERE
from heliograph.fleet.work import begin, succeed
from heliograph.kit.clock import utc_now
from heliograph.workers import doorbell
from heliograph.workers.ring import ring

KIND = "run_jobs"


def run_waiting(*, stop: Callable[[], bool]) -> None:
    """Run the jobs that wait, until `stop`; nothing if another process of this node is at one."""
    doorbell.release([KIND])
    if not begin(KIND, [HERE.node], node=HERE.node, at=utc_now()):
        return
    try:
        while not stop() and run_next(runners(), holder=f"{HERE.node} {os.getpid()}", stop=stop):
            continue
    finally:
        succeed(KIND, [HERE.node])
    if stop():
        ring(KIND)


def runners() -> Mapping[str, Runner]:
    """What runs each kind of job."""
    from heliograph.market.sources.exchange.backfill import run_backfill
    from heliograph.market.undoing import run_undo
    from heliograph.market.uploaded import run_import
    from heliograph.reports.keep import run_report
    from heliograph.research.run import run_backtest
    from heliograph.workers.retention.daily import KIND as RETENTION
    from heliograph.workers.retention.daily import run_retention
    from heliograph.workers.tuned import KIND as TUNE
    from heliograph.workers.tuned import run_tuning

    return {
        "backfill": run_backfill,
        "backtest": run_backtest,
        "import": run_import,
        "report": run_report,
        RETENTION: run_retention,
        TUNE: run_tuning,
        "undo": run_undo,
    }
