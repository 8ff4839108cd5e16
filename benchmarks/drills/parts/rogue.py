"""Advances all shards again and again without asking the ledger, as `heliograph generate` does.

`python -m benchmarks.drills.parts.rogue` goes on until it is ended; DRILL_MUTANT takes a guard out.
"""

import time

from heliograph.kit.clock import utc_now
from heliograph.workers.place import in_home


def main() -> None:
    """Generate, with hardly a pause."""
    with in_home():
        import benchmarks.drills.parts.mutated  # noqa: F401  # takes the guard out of this process
        from heliograph.signals.generate import generate

        while True:
            generate(at=utc_now())
            time.sleep(0.01)


if __name__ == "__main__":
    main()
