"""Taking a delivery back as long work."""

from dataclasses import asdict

from heliograph.kit.clock import utc_now
from heliograph.market.long_run import LongRun
from heliograph.market.models import Batch
from heliograph.market.undo import undo_import

KIND = "undo"


def run_undo(run: LongRun) -> dict[str, object]:
    """The runner of jobs of kind `undo`. It is one transaction, and tells nothing before its end: a report
    within it would lock the row of the job."""
    batch, unfinished = int(str(run.arguments["batch"])), bool(run.arguments.get("unfinished"))
    if Batch.objects.filter(pk=batch, undone_at__isnull=False).exists():
        # A worker before us ended between the transaction and its last word.
        return {"batch": batch}
    return asdict(undo_import(batch, at=utc_now(), unfinished=unfinished))
