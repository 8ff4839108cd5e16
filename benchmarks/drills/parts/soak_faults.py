"""What happens in a soak: a fault each minute, drawn from those of the other drills."""

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.drills.parts.pipeline import Pipeline
from benchmarks.drills.parts.server_faults import Fault, Mend, server_faults
from benchmarks.drills.parts.servers import Servers
from benchmarks.drills.parts.soak_client import rows_of
from benchmarks.drills.parts.soak_front import Front

# Faults of lines and servers last as in the drill of faults, a process that stands still much longer.
LENGTHS, FROZEN = (0.2, 1.5), (5.0, 20.0)
# While they last PostgreSQL is down: another takes over, or it recovers.
FAIL_OVERS = frozenset({"PostgreSQL killed", "PostgreSQL crashed"})


@dataclass(slots=True)
class Minutes:
    """Makes a fault at a random moment of each minute; each kind comes once before one comes again."""

    kinds: dict[str, Fault]
    file: Path
    seed: int
    say: Callable[[str], None]
    minute: float = 60.0
    made: "Counter[str]" = field(default_factory=Counter)
    _bag: list[str] = field(default_factory=list)
    _running: "tuple[str, float, float, Mend] | None" = None
    _dice: random.Random = field(init=False)
    _due: float = field(init=False)
    _next: float = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._next = time.monotonic()
        self._draw()

    def __call__(self) -> None:
        """Begin or end a fault if it is time for it."""
        now = time.monotonic()
        if self._running:
            name, began, until, mend = self._running
            if now >= until:
                mend()
                self._running = None
                with rows_of(self.file) as rows:
                    rows.execute("INSERT INTO fault VALUES (?, ?, ?)", (name, began, time.time()))
        elif now >= self._due:
            self._begin()
            self._draw()

    def end(self) -> None:
        """Mend what is broken, and break nothing more."""
        self._due = float("inf")
        if self._running:
            name, began, _, mend = self._running
            self._running = (name, began, 0.0, mend)
            self()

    def _draw(self) -> None:
        """Somewhere in the first half of the next minute: what it does shows within the same minute."""
        self._due = self._next + self._dice.uniform(0.05, 0.5) * self.minute
        self._next += self.minute

    def _begin(self) -> None:
        if not self._bag:
            self._bag = self._dice.sample(sorted(self.kinds), len(self.kinds))
        name = self._bag.pop()
        length = self._dice.uniform(*(FROZEN if "stands still" in name else LENGTHS))
        began, mend = time.time(), self.kinds[name]()
        self._running = (name, began, time.monotonic() + length, mend)
        self.made[name] += 1
        self.say(f"fault {self.made.total()}: {name}, {length:.1f} s")


def soak_faults(servers: Servers, pipeline: Pipeline, front: Front, dice: random.Random) -> dict[str, Fault]:
    """All kinds: of servers and their lines, of workers, of the timetable, of web nodes, of nginx."""

    def any_of(start: str) -> psutil.Process | None:
        there = [child for name, child in pipeline.children.items() if name.startswith(start) and child.pid]
        return _process(dice.choice(there).pid) if there else None

    def any_node() -> psutil.Process | None:
        there = [node for node in front.nodes if node.pid]
        return _process(dice.choice(there).pid) if there else None

    kinds = server_faults(servers)
    kinds |= {
        "worker killed": lambda: _send(any_of("worker"), signal.SIGKILL),
        "worker's child killed": lambda: _send(_child(any_of("worker")), signal.SIGKILL),
        "worker ends in order": lambda: _send(any_of("worker"), signal.SIGTERM),
        "worker stands still": lambda: _freeze(any_of("worker")),
        "sender's child killed": lambda: _send(_child(any_of("outside")), signal.SIGKILL),
        "beat killed": lambda: _send(any_of("beat"), signal.SIGKILL),
        "beat stands still": lambda: _freeze(any_of("beat")),
        "web node killed": lambda: _send(any_node(), signal.SIGKILL),
        "web node's child killed": lambda: _send(_child(any_node()), signal.SIGKILL),
        "web node reloaded": lambda: _send(any_node(), signal.SIGHUP),
        "web node stands still": lambda: _freeze(any_node()),
        "nginx reloaded": lambda: _reload(front.nginx),
    }
    return kinds


def _process(pid: int | None) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid) if pid else None
    return None


def _child(process: psutil.Process | None) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        return next(iter(process.children()), None) if process else None
    return None


def _send(process: psutil.Process | None, word: signal.Signals) -> Mend:
    """Who runs the programs starts again what dies."""
    with suppress(psutil.NoSuchProcess):
        if process:
            process.send_signal(word)
    return lambda: None


def _freeze(process: psutil.Process | None) -> Mend:
    """All of a program stands still, its children too."""
    tree = [process, *process.children(recursive=True)] if process else []
    for one in tree:
        _send(one, signal.SIGSTOP)
    return lambda: [_send(one, signal.SIGCONT) for one in tree]


def _reload(process: "subprocess.Popen[bytes]") -> Mend:
    process.send_signal(signal.SIGHUP)
    return lambda: None
