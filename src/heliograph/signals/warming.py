"""Making shards ready before their next bar closes, so that no signal waits for a state to be replayed."""

from collections.abc import Callable, Sequence

from heliograph.signals.compiled import compiled
from heliograph.signals.models import Progress
from heliograph.signals.stand import Stand
from heliograph.signals.state import MEMORY, load_state


def warm_shards(progress_ids: Sequence[int], *, on_error: Callable[[int, Exception], None]) -> int:
    """Bring the states of these shards into the memory of this process; returns how many were not there.

    Of more than memory holds, the first are made ready: the others would only drive them out. A shard whose
    state cannot be made is told to `on_error`, and the others go on.
    """
    wanted = progress_ids[: MEMORY.most]
    epochs = Progress.objects.filter(pk__in=wanted).values_list("pk", "epoch")
    cold = [one for one, epoch in epochs if not MEMORY.holds(one, epoch=epoch)]
    made = 0
    for row in Progress.objects.filter(pk__in=cold).select_related("version__strategy"):
        try:
            MEMORY.keep(load_state(Stand.of(row), compiled(row.version)))
            made += 1
        except Exception as fault:  # noqa: BLE001 - one shard must not keep the others cold
            on_error(row.pk, fault)
    return made
