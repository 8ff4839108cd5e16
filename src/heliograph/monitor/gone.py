"""What web processes counted that are gone: it is kept as one row, so that no count ever falls."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from heliograph.monitor.models import Traffic
from heliograph.monitor.traffic import GONE, SILENT


@transaction.atomic
def fold_gone(*, at: datetime) -> int:
    """Add what silent processes counted to that of the others that are gone; returns how many those are."""
    silent = Traffic.objects.select_for_update().filter(at__lt=at - SILENT).exclude(process=GONE)
    found = list(silent)
    if not found:
        return 0
    kept, _ = Traffic.objects.select_for_update().get_or_create(
        process=GONE, defaults={"at": at, "recent": {}}
    )
    sums = Counter(kept.counts)
    for row in found:
        sums.update(row.counts)
    Traffic.objects.filter(process=GONE).update(counts=dict(sums), at=at)
    Traffic.objects.filter(process__in=[row.process for row in found]).delete()
    return len(found)
