"""Random lives of the pipeline, with bad candles, kills and rollouts; each must equal its replay.

`python -m benchmarks.drills.machine [LIVES] [STEPS]`: lives of the state machine that the tests run a few of.
"""

import json
import sys
import time

from benchmarks.parts.database import database


def main() -> int:
    """Run the machine; 1 if a life ended in rows that a replay does not give."""
    lives, steps = map(int, (*sys.argv[1:], *("200", "50")[len(sys.argv) - 1 :]))
    began, wrong = time.monotonic(), []
    with database():
        from hypothesis import HealthCheck, settings
        from hypothesis.stateful import run_state_machine_as_test

        from tests.signals.pipeline_machine import LivePipeline, Pipeline

        asked = settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        )
        for machine in (Pipeline, LivePipeline):
            print(f"{machine.__name__}: {lives} lives of up to {steps} steps", file=sys.stderr)
            try:
                run_state_machine_as_test(machine, settings=asked)
            except AssertionError as fault:
                print(fault, *getattr(fault, "__notes__", ()), sep="\n", file=sys.stderr)
                wrong.append(machine.__name__)
    told = {"drill": "machine", "lives": 2 * lives, "steps": steps, "wrong": wrong}
    print(json.dumps(told | {"seconds": round(time.monotonic() - began, 1)}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
