"""Steps that do not depend on each other in several threads: the way to share one instrument's work."""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from heliograph.engine.frame import Frame
from heliograph.engine.plan import Step


class SideBySide:
    """The order among steps: which wait for how many others, and which follow each."""

    def __init__(self, steps: Sequence[Step]) -> None:
        makers = {out: place for place, step in enumerate(steps) for out in step.outs}
        needs = [{makers[r] for r in step.ins if r in makers} for step in steps]
        self.waits = [len(need) for need in needs]
        self.followers: list[list[int]] = [[] for _ in steps]
        for place, need in enumerate(needs):
            for maker in need:
                self.followers[maker].append(place)

    def run(self, frame: Frame, pool: ThreadPoolExecutor, threads: int) -> None:
        """Runs the steps of a frame whose arrays are not reused."""
        race = _Race(self, frame)
        others = [pool.submit(race.run) for _ in range(threads - 1)]
        race.run()
        for other in others:
            other.result()


class _Race:
    def __init__(self, order: SideBySide, frame: Frame) -> None:
        self.order, self.frame = order, frame
        self.waits = list(order.waits)
        self.ready = deque(place for place, count in enumerate(self.waits) if count == 0)
        self.left = len(self.waits)
        self.change = threading.Condition()

    def run(self) -> None:
        """Takes steps as they become ready until none is left; ends the race if one fails."""
        done: int | None = None
        while (place := self._next(done)) is not None:
            done = None
            try:
                for call, args in self.frame.steps[place]:
                    call(*args)
                done = place
            finally:
                if done is None:
                    self._stop()

    def _next(self, done: int | None) -> int | None:
        with self.change:
            if done is not None:
                self._finish(done)
            while not self.ready and self.left > 0:
                self.change.wait()
            return self.ready.popleft() if self.left > 0 else None

    def _finish(self, done: int) -> None:
        self.left -= 1
        for follower in self.order.followers[done]:
            self.waits[follower] -= 1
            if self.waits[follower] == 0:
                self.ready.append(follower)
        self.change.notify_all()

    def _stop(self) -> None:
        with self.change:
            self.left = 0
            self.change.notify_all()
