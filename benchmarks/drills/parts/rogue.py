"""Advances all shards again and again without asking the ledger, resting between reading and storing.

`python -m benchmarks.drills.parts.rogue` goes on until it is ended; DRILL_MUTANT takes a guard out.
"""

import sys
import time

from heliograph.kit.clock import utc_now
from heliograph.workers.place import in_home

# Long enough for others to store a step meanwhile, short enough to do it many times a second.
REST_SECONDS = 0.05
READY = "ready"


def main() -> None:
    """Generate, each step of it from rows that were read a while ago."""
    with in_home():
        import benchmarks.drills.parts.mutated  # noqa: F401  # takes the guard out of this process
        from heliograph.signals.generate import generate_shards
        from heliograph.signals.models import Progress

        print(READY, file=sys.stderr, flush=True)
        while True:
            shards = list(Progress.objects.values_list("pk", flat=True))
            generate_shards(shards, at=utc_now(), stop=_rest, on_error=_say)
            time.sleep(REST_SECONDS)


def _rest() -> bool:
    time.sleep(REST_SECONDS)
    return False


def _say(shard: int, fault: Exception) -> None:
    print(f"shard {shard}: {fault}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
