"""Random lives of the pipeline, with bad candles, kills and rollouts; each must equal its replay.

Lives of the state machine that the tests run a few of. Then rules of the room are broken, one at a time:
a few lives must notice each.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.drills.parts.command import Say, run_in_folder
from benchmarks.drills.parts.machine_mutants import MUTANTS
from benchmarks.parts.database import database

# So many lives of so many steps are given to a mutant.
FEW, SHORT = 40, 25


@dataclass(frozen=True, slots=True)
class Report:
    """`wrong` are machines with a life whose rows a replay does not give, `alive` unnoticed mutants."""

    drill: str
    lives: int
    steps: int
    wrong: list[str]
    mutants: int
    caught: int
    alive: list[str]
    seconds: float


def drill(*, lives: int, steps: int, say: Say) -> Report:
    """Run so many lives of both machines, then a few of each mutant."""
    began, wrong = time.monotonic(), []
    with database():
        from tests.signals.pipeline_machine import LivePipeline, Pipeline

        for machine in (Pipeline, LivePipeline):
            say(f"{machine.__name__}: {lives} lives of up to {steps} steps")
            if fault := _fault(machine, lives=lives, steps=steps):
                say("\n".join([str(fault), *getattr(fault, "__notes__", ())]))
                wrong.append(machine.__name__)
        alive = [name for name, mutant in MUTANTS.items() if not _is_noticed(name, mutant, Pipeline, say)]
    caught, seconds = len(MUTANTS) - len(alive), round(time.monotonic() - began, 1)
    return Report("machine", 2 * lives, steps, wrong, len(MUTANTS), caught, alive, seconds)


def _is_noticed(name: str, mutant: Callable, machine: type, say: Say) -> bool:
    with mutant():
        fault = _fault(machine, lives=FEW, steps=SHORT, is_mutant=True)
    say(f"{name}: {type(fault).__name__ if fault else 'not noticed'}")
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


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=30)
    parser.add_argument("--steps", type=int, default=25)
    asked = parser.parse_args()

    report = run_in_folder(lambda _, say: drill(lives=asked.lives, steps=asked.steps, say=say))
    sys.exit(bool(report.wrong or report.alive))


if __name__ == "__main__":
    main()
