"""Workers that are children of this process."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from heliograph.workers.children import Child
from heliograph.workers.programs import Program

# The program of the worker with a number, and the name by which its node is known.
ProgramOf = Callable[[int], Program]
Drain = Callable[[str], None]


class ChildrenPool:
    """Worker 1, worker 2, ...: started as programs, drained and sent their farewell when they are to go.

    Whoever holds it calls `look` about twice a second: what died is started again, what has ended is
    forgotten. `drain` is told the name of a program before it is asked to end.
    """

    name = "children"

    def __init__(
        self,
        program_of: ProgramOf,
        *,
        env: Mapping[str, str],
        logs: Path,
        drain: Drain = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._program_of, self._env, self._logs, self._drain = program_of, env, logs, drain
        self._running: dict[int, Child] = {}
        self._ending: list[Child] = []
        self._clock = clock

    @property
    def children(self) -> dict[str, Child]:
        """Those that run, by the name of their program."""
        return {child.program.name: child for child in self._running.values()}

    @property
    def ending(self) -> int:
        """How many finish what they do."""
        return len(self._ending)

    def size(self) -> int:
        """How many run or start."""
        return len(self._running)

    def resize(self, size: int, *, reason: str = "") -> None:
        """Start those with the lowest free numbers, or let those with the highest go."""
        for number in sorted(self._running)[max(size, 0) :]:
            child = self._running.pop(number)
            self._drain(child.program.name)
            child.ask_to_end()
            self._ending.append(child)
        number = 0
        while len(self._running) < size:
            number += 1
            if number not in self._running:
                self._running[number] = self._start(self._program_of(number))

    def look(self) -> list[str]:
        """Start again what died; returns what there is to say."""
        ended = [child for child in self._ending if child.pid is None]
        self._ending = [child for child in self._ending if child.pid is not None]
        words = [f"{child.program.name} ended in order" for child in ended]
        return words + [said for child in self._running.values() if (said := child.look())]

    def end(self, *, seconds: float) -> None:
        """End all; those that have not finished by then are killed."""
        deadline = self._clock() + seconds
        children = [*self._running.values(), *self._ending]
        self._running, self._ending = {}, []
        for child in children:
            child.ask_to_end()
        for child in children:
            child.end(seconds=deadline - self._clock())

    def describe(self) -> str:
        """What it is, in a sentence."""
        return f"{self.size()} worker processes of this program"

    def _start(self, program: Program) -> Child:
        child = Child(program, env=self._env, log=self._logs / f"{program.name}.log")
        child.start()
        return child
