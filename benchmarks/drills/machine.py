"""Random lives of the pipeline, with bad candles, kills and rollouts; each must equal its replay.

`python -m benchmarks.drills.machine [LIVES] [STEPS]`: lives of the state machine that the tests run a few of.
Then rules of the room are broken, one at a time: a few lives must notice each.
"""

import json
import sys
import time
from collections.abc import Callable

from benchmarks.drills.machine_mutants import MUTANTS
from benchmarks.parts.database import database

# So many lives of so many steps are given to a mutant.
FEW, SHORT = 12, 20


def main() -> int:
    """Run the machine; 1 if a life ended in rows that a replay does not give, or a mutant lived."""
    lives, steps = map(int, (*sys.argv[1:], *("30", "25")[len(sys.argv) - 1 :]))
    began, wrong = time.monotonic(), []
    with database():
        from tests.signals.pipeline_machine import LivePipeline, Pipeline

        for machine in (Pipeline, LivePipeline):
            _say(f"{machine.__name__}: {lives} lives of up to {steps} steps")
            if fault := _fault(machine, lives=lives, steps=steps):
                _say("\n".join([str(fault), *getattr(fault, "__notes__", ())]))
                wrong.append(machine.__name__)
        alive = [name for name, mutant in MUTANTS.items() if not _is_noticed(name, mutant, Pipeline)]
    told = {"drill": "machine", "lives": 2 * lives, "steps": steps, "wrong": wrong}
    told |= {"mutants": len(MUTANTS), "caught": len(MUTANTS) - len(alive), "alive": alive}
    print(json.dumps(told | {"seconds": round(time.monotonic() - began, 1)}))
    return 1 if wrong or alive else 0


def _is_noticed(name: str, mutant: Callable, machine: type) -> bool:
    with mutant():
        fault = _fault(machine, lives=FEW, steps=SHORT, is_mutant=True)
    _say(f"{name}: {type(fault).__name__ if fault else 'not noticed'}")
    return fault is not None


def _fault(machine: type, *, lives: int, steps: int, is_mutant: bool = False) -> Exception | None:
    """What the machine finds wrong; with a mutant it is enough that it finds something."""
    from django.db import DatabaseError
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis.errors import HypothesisException
    from hypothesis.stateful import run_state_machine_as_test

    asked = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=is_mutant,
        print_blob=not is_mutant,
        phases=[Phase.generate] if is_mutant else list(Phase),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=asked)
    except (AssertionError, HypothesisException, DatabaseError) as fault:
        return fault
    return None


def _say(what: str) -> None:
    print(what, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
