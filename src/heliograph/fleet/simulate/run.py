"""Simulates workers that the policy scales, in SimPy."""

from collections import deque
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from statistics import fmean

import numpy as np
import simpy

from heliograph.fleet.scaling import HALF_MINUTE, MINUTE, Measures, Past, Policy, Rush, busy_pct, decide
from heliograph.fleet.simulate.load import Load
from heliograph.fleet.simulate.plant import Plant
from heliograph.fleet.simulate.result import Resized, Simulated

Events = Generator[simpy.Event, None, None]
# The policy speaks of moments; a simulation begins at any.
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


def simulate(load: Load, plant: Plant, policy: Policy | None = None, *, seconds: float) -> Simulated:
    """Work through a load and return what came of it; the policy looks at it for `seconds` at least.

    Without a policy the number of workers stays. Work is taken in the order in which it became due; a worker
    that is let go finishes what it does first.
    """
    env = simpy.Environment()
    crew = _Crew(env, load, plant)
    env.process(crew.arrivals())
    looks = _Looks(env, crew, policy)
    env.process(looks.look())
    env.run(until=seconds)
    while crew.done < len(load.due_s):
        env.run(until=env.now + plant.look_every_s)
    return Simulated(
        waited_s=crew.begun - load.due_s,
        age_s=crew.ended - load.due_s,
        curve=np.array(looks.curve),
        changes=tuple(looks.changes),
        worker_seconds=crew.worker_seconds(),
        seconds=float(env.now),
    )


class _Crew:
    """The workers, and the work that waits for them."""

    def __init__(self, env: simpy.Environment, load: Load, plant: Plant) -> None:
        self.env, self.load, self.plant = env, load, plant
        self.begun = np.full(len(load.due_s), np.nan)
        self.ended = np.full(len(load.due_s), np.nan)
        self.size = self.arrived = self.done = 0
        self.busy_s = 0.0
        self._waiting: deque[int] = deque()
        self._running: set[int] = set()
        self._idle: deque[simpy.Event] = deque()
        self._leaving = self._asked = 0
        self._spent, self._since = 0.0, 0.0
        self.resize(plant.workers, ready=True)

    def arrivals(self) -> Events:
        """The work as it becomes due."""
        for number, due in enumerate(self.load.due_s):
            if due > self.env.now:
                yield self.env.timeout(due - self.env.now)
            self._waiting.append(number)
            self.arrived += 1
            self._ring()

    def resize(self, size: int, *, ready: bool = False) -> None:
        """Start workers, or let the next ones that are free go."""
        self._account()
        started = 0
        for _ in range(self.size, size):
            if self._leaving:
                self._leaving -= 1
                continue
            started += 1
            self._asked += not ready
            pause = 0.0 if ready else self.plant.start_of(self._asked, started)
            self.env.process(self._work(pause))
        for _ in range(size, self.size):
            self._leaving += 1
            self._ring()
        self.size = size

    def pieces(self) -> int:
        """How many wait or run."""
        return self.arrived - self.done

    def oldest_age_s(self) -> float:
        """Seconds since the oldest piece that is not done became due; 0 where all is done."""
        oldest = min([*self._running, *([self._waiting[0]] if self._waiting else [])], default=None)
        return 0.0 if oldest is None else float(self.env.now - self.load.due_s[oldest])

    def worker_seconds(self) -> float:
        """The number of workers, summed over time."""
        self._account()
        return self._spent

    def _work(self, pause: float) -> Events:
        if pause:
            yield self.env.timeout(pause)
        while not self._leaving:
            if not self._waiting:
                bell = self.env.event()
                self._idle.append(bell)
                yield bell
                continue
            number = self._waiting.popleft()
            self._running.add(number)
            self.begun[number] = self.env.now
            took = self.load.service_s[number] + self.plant.overhead_s
            yield self.env.timeout(took)
            self.busy_s += took
            self.ended[number] = self.env.now
            self._running.discard(number)
            self.done += 1
        self._leaving -= 1

    def _ring(self) -> None:
        if self._idle:
            self._idle.popleft().succeed()

    def _account(self) -> None:
        self._spent += self.size * (self.env.now - self._since)
        self._since = float(self.env.now)


class _Looks:
    """The policy, which looks every few seconds."""

    def __init__(self, env: simpy.Environment, crew: _Crew, policy: Policy | None) -> None:
        self.env, self.crew, self.policy = env, crew, policy
        self.curve: list[tuple[float, int, int]] = []
        self.changes: list[Resized] = []
        self._past = Past()
        self._marks: deque[tuple[float, float]] = deque()

    def look(self) -> Events:
        """Look, decide, act, wait."""
        while True:
            if self.policy is not None:
                self._decide(self.policy)
            self.curve.append((float(self.env.now), self.crew.pieces(), self.crew.size))
            yield self.env.timeout(self.crew.plant.look_every_s)

    def _decide(self, policy: Policy) -> None:
        at, before = BEGIN + timedelta(seconds=float(self.env.now)), self.crew.size
        decision = decide(policy, self._measured(policy), self._past, at=at)
        self._past = self._past.with_look(
            at=at, wished=decision.wished, before=before, after=decision.target, keep_s=policy.memory_s
        )
        if decision.target != before:
            self.changes.append(Resized(float(self.env.now), before, decision.target, decision.reason))
            self.crew.resize(decision.target)

    def _measured(self, policy: Policy) -> Measures:
        share, busy = self.crew.plant.cpu_share, self._busy_pct()
        return Measures(
            workers=self.crew.size,
            oldest_age_s=self.crew.oldest_age_s(),
            pieces=self.crew.pieces(),
            seconds_each=self.crew.busy_s / self.crew.done if self.crew.done else None,
            cpu_pct=None if share is None or busy is None else share * busy,
            busy_pct=busy,
            rushes=self._rushes(policy),
        )

    def _busy_pct(self) -> float | None:
        """The share of the last minute that workers were at work, by the looks in it; None before half."""
        now = float(self.env.now)
        self._marks.append((now, busy_pct(self.crew.pieces(), self.crew.size)))
        while self._marks[0][0] <= now - MINUTE:
            self._marks.popleft()
        if now - self._marks[0][0] < HALF_MINUTE:
            return None
        return fmean(busy for _, busy in self._marks)

    def _rushes(self, policy: Policy) -> list[Rush]:
        now, back = float(self.env.now), policy.targets.age_s or 0.0
        return [
            Rush(BEGIN + timedelta(seconds=one.at_s), one.pieces, one.seconds_each, one.what)
            for one in self.crew.load.closings
            if now - back < one.at_s <= now + policy.horizon_s
        ]
