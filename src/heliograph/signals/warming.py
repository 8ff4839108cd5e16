"""Making shards ready before their next bar closes, so that no signal waits for a state to be replayed."""

from collections.abc import Sequence

from heliograph.signals.compiled import compiled
from heliograph.signals.models import Progress
from heliograph.signals.stand import Stand
from heliograph.signals.state import MEMORY, load_state


def warm_shards(progress_ids: Sequence[int]) -> int:
    """Bring the states of these shards into the memory of this process; returns how many were not there."""
    missing = 0
    for row in Progress.objects.filter(pk__in=progress_ids).select_related("version__strategy"):
        state = MEMORY.take(row.pk, epoch=row.epoch)
        if state is None:
            missing += 1
            state = load_state(Stand.of(row), compiled(row.version))
        MEMORY.keep(state)
    return missing
