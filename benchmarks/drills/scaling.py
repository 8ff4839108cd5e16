"""Ten times the load comes and goes: workers are started and let go by the policy, as its simulation says.

`python -m benchmarks.drills.scaling [--short]`: real worker processes on the embedded servers do work that
waits 0.2 s for others, as on an exchange, so that two processors can show it.

The simulator is given, and nothing else:
- the same policy, the same function that decided in the real run, looking every second;
- when each piece really became due, to the microsecond, as its row says;
- 0.2 s for each piece, and beside it the mean of what a piece cost a worker (message, rows), recorded between
  two ends of a worker for which the next piece was already due;
- one worker that is ready, and how long each further one took from being asked for until its node stood in
  the rows, in the order of asking; of a number that came twice only the newest is known, and for the other
  stands the mean of all.
It is told neither what the policy decided, nor how long anything waited, nor how many workers there were:
those are what is compared (mean and 95th percentile of age, worker-seconds).
"""

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.drills.parts.command import Say, run
from benchmarks.parts.database import own_home, serving, set_up
from heliograph.fleet.scaling import Policy, StepLimit, Targets
from heliograph.fleet.simulate import Load, Plant, Simulated, mean_wait_s, simulate
from heliograph.fleet.simulate.result import turns
from heliograph.kit.clock import utc_now

if TYPE_CHECKING:
    from benchmarks.drills.parts.waiting_workers import WaitingWorkers

SECONDS_EACH = 0.2
LOOK_SECONDS = 1.0
POLICY = Policy(
    least=1,
    most=10,
    targets=Targets(age_s=3.0, pieces_per_worker=2.0, cpu_pct=None, memory_pct=None, busy_pct=80.0),
    up=StepLimit(workers=4, percent=100, period_s=5),
    down=StepLimit(workers=2, percent=50, period_s=10),
    up_cooldown_s=5,
    down_window_s=20,
    down_cooldown_s=10,
)
# Beside other tests on the same machine a few workers are enough.
SHORT_POLICY = replace(POLICY, most=3)
# The goals: back within the target so soon, no more than these turns, and so near to the simulation.
CLEARED_SECONDS, TURNS = 60.0, 2
SIMULATOR_PCT, ERLANG_PCT = 20.0, 10.0
COMPARED = ("age_mean_s", "age_p95_s", "worker_seconds")
ERLANG = ((10, 0.8, 100_000), (50, 0.9, 250_000))


@dataclass(frozen=True, slots=True)
class Shape:
    """Arrivals a second and for how long: before, ten times as many, after."""

    rate: float
    before_s: float
    step_s: float
    after_s: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.before_s + self.step_s + self.after_s

    def due(self, *, dice: np.random.Generator) -> list[float]:
        """When pieces become due, from the start; the number within each part is exact."""
        parts = ((self.rate, self.before_s), (10 * self.rate, self.step_s), (self.rate, self.after_s))
        found, start = [], 0.0
        for rate, seconds in parts:
            found += sorted(start + dice.uniform(0, seconds, round(rate * seconds)))
            start += seconds
        return found


LONG = Shape(rate=2, before_s=15, step_s=40, after_s=95)
SHORT = Shape(rate=2, before_s=4, step_s=8, after_s=10)


@dataclass(frozen=True, slots=True)
class Run:
    """What happened, as a simulation tells it: `curve` are second, pieces and workers at each look."""

    due_s: list[float]
    age_s: list[float]
    curve: list[tuple[float, int, int]]
    oldest_s: list[tuple[float, float]]
    actions: list[dict[str, object]]
    asked: list[tuple[datetime, int, int]]
    lost: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found; `real` and `simulated` have the same names; errors are the largest."""

    drill: str
    short: bool
    cleared_seconds: float
    changes: int
    lost: int
    actions: list[dict[str, object]]
    real: dict[str, float]
    simulated: dict[str, float]
    simulator_error_pct: float
    simulated_changes: int
    erlang_error_pct: float
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether the goals are met; the short form, beside other tests, is not held to times."""
        whole = not self.lost and bool(self.actions)
        if self.short:
            return whole
        return (
            whole
            and self.cleared_seconds <= CLEARED_SECONDS
            and self.changes <= TURNS
            and self.simulator_error_pct <= SIMULATOR_PCT
            and self.erlang_error_pct <= ERLANG_PCT
        )


def drill(*, short: bool, say: Say) -> Report:
    """Let the load come and go on real workers, and simulate the same."""
    began = time.monotonic()
    shape, policy = (SHORT, SHORT_POLICY) if short else (LONG, POLICY)
    with _servers() as logs:
        from benchmarks.drills.parts.waiting_workers import WaitingWorkers

        with WaitingWorkers(logs) as workers:
            workers.start_first()
            real = _real(workers, shape, policy, say=say)
            plant = workers.plant(real.asked)
    say(f"Workers were ready after {', '.join(f'{one:.1f}' for one in plant.starts_s)} s")
    say(f"A piece cost {1000 * plant.overhead_s:.0f} ms beside its waiting")
    simulated = _simulated(real, shape, plant, policy)
    sides = _sides(real, simulated, say=say)
    late = [at for at, age in real.oldest_s if at > shape.before_s and age > (POLICY.targets.age_s or 0)]
    return Report(
        drill="scaling",
        short=short,
        cleared_seconds=round(max(late) - shape.before_s, 1) if late else 0.0,
        changes=turns([int(str(one["to"])) - int(str(one["from"])) for one in real.actions]),
        lost=real.lost,
        actions=real.actions,
        real={name: round(seen, 3) for name, (seen, _) in sides.items()},
        simulated={name: round(told, 3) for name, (_, told) in sides.items()},
        simulator_error_pct=round(max(_error_pct(*reversed(sides[name])) for name in COMPARED), 1),
        simulated_changes=simulated.turns,
        erlang_error_pct=0.0 if short else _erlang_error_pct(say=say),
        seconds=round(time.monotonic() - began, 1),
    )


@contextmanager
def _servers() -> Iterator[Path]:
    """Embedded servers of our own with the tables, and Django on them; yields the folder of the logs."""
    with own_home() as home, serving(home) as urls:
        set_up(DATABASE_URL=urls["database_url"], REDIS_URL=urls["redis_url"], HELIOGRAPH_HOME=str(home.path))
        yield home.logs
        from django.db import connections

        connections.close_all()


def _real(workers: "WaitingWorkers", shape: Shape, policy: Policy, *, say: Say) -> Run:
    """The load on real processes, under the policy."""
    from benchmarks.drills.parts.waiting import QUEUE
    from benchmarks.drills.parts.waiting_workers import oldest_due
    from heliograph.fleet.models import ScalingAction, ScalingLook
    from heliograph.workers.scale import Scaling
    from heliograph.workers.scaling_settings import ScalingSettings

    settings = ScalingSettings(policy, None, dry_run=False, effect_after=timedelta(seconds=20))
    scaling = Scaling(settings, workers.pool, oldest_due, queues=(QUEUE,))
    start = utc_now()
    due = shape.due(dice=np.random.default_rng(5))
    sender = threading.Thread(target=workers.send, args=(due, SECONDS_EACH))
    sender.start()
    number = 0
    while sender.is_alive() or workers.left() or _since(start) < shape.seconds:
        if action := scaling.look(at=utc_now()):
            say(f"after {_since(start):.1f} s of load: {action.reason}")
        workers.pool.look()
        number += 1
        time.sleep(max(0.0, number * LOOK_SECONDS - _since(start)))
        if _since(start) > shape.seconds + CLEARED_SECONDS:
            break
    sender.join()
    scaling.look(at=utc_now())
    looks = ScalingLook.objects.order_by("at").values_list("at", "measured", "target")
    actions = ScalingAction.objects.order_by("at")
    pieces = workers.pieces()
    return Run(
        due_s=[(due - start).total_seconds() for due, _ in pieces],
        age_s=[(done - due).total_seconds() for due, done in pieces],
        curve=[((at - start).total_seconds(), told["due"], target) for at, told, target in looks],
        oldest_s=[((at - start).total_seconds(), told["oldest_age_s"]) for at, told, _ in looks],
        actions=[
            {
                "at_s": round((one.at - start).total_seconds(), 1),
                "from": one.before,
                "to": one.after,
                "reason": one.reason,
                "oldest_age_s": one.measured["oldest_age_s"],
                "oldest_age_s_after": one.effect["oldest_age_s"] if one.effect else None,
            }
            for one in actions
        ],
        asked=list(actions.values_list("at", "before", "after")),
        lost=len(due) - len(pieces),
    )


def _simulated(real: Run, shape: Shape, plant: Plant, policy: Policy) -> Simulated:
    """The same policy over the arrivals as they really came."""
    load = Load(np.maximum.accumulate(np.maximum(real.due_s, 0.0)), np.full(len(real.due_s), SECONDS_EACH))
    return simulate(load, replace(plant, workers=1), policy, seconds=max(shape.seconds, real.curve[-1][0]))


def _sides(real: Run, simulated: Simulated, *, say: Say) -> dict[str, tuple[float, float]]:
    """What was seen and what was simulated, by name."""
    sides = {
        "age_mean_s": (float(np.mean(real.age_s)), float(simulated.age_s.mean())),
        "age_p95_s": (float(np.quantile(real.age_s, 0.95)), float(np.quantile(simulated.age_s, 0.95))),
        "worker_seconds": (_worker_seconds(real.curve), simulated.worker_seconds),
        "most_workers": (max(size for *_, size in real.curve), simulated.most_workers),
    }
    for name, (seen, told) in sides.items():
        say(f"{name:15} real {seen:8.2f}   simulated {told:8.2f}   {_error_pct(told, seen):5.1f} %")
    return sides


def _erlang_error_pct(*, say: Say) -> float:
    """The largest error of the mean waiting against M/M/c, the mean of three replications each."""
    worst = 0.0
    for workers, busy, count in ERLANG:
        rate = workers * busy
        found = []
        for seed in range(3):
            load = Load.of_poisson(rate, 1.0, seconds=count / rate, dice=np.random.default_rng(seed))
            waited = simulate(load, Plant(workers, look_every_s=1e4), seconds=count / rate).waited_s
            found.append(float(waited[len(waited) // 20 :].mean()))
        expected = mean_wait_s(workers, rate=rate, mean_s=1.0)
        error = _error_pct(float(np.mean(found)), expected)
        say(f"M/M/{workers}: {np.mean(found):.4f} s simulated, {expected:.4f} s by Erlang C, {error:.1f} %")
        worst = max(worst, error)
    return round(worst, 2)


def _worker_seconds(curve: list[tuple[float, int, int]]) -> float:
    ends = [at for at, *_ in curve[1:]]
    return sum((end - at) * size for (at, _, size), end in zip(curve, ends, strict=False))


def _error_pct(found: float, expected: float) -> float:
    return 100 * abs(found - expected) / expected if expected else 0.0


def _since(start: datetime) -> float:
    return (datetime.now(UTC) - start).total_seconds()


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="A reduced load, for tests.")
    asked = parser.parse_args()

    report = run(lambda say: drill(short=asked.short, say=say))
    sys.exit(not report.is_good)


if __name__ == "__main__":
    main()
