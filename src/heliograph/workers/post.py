"""One worker of its own, apart from `up`: watched, started again, ended in order."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from heliograph.errors import UserError
from heliograph.kit.embedded import connect
from heliograph.workers.children import Child, roll
from heliograph.workers.programs import Program, node_name, worker
from heliograph.workers.queues import QUEUES
from heliograph.workers.refusing import refuse_unsafe
from heliograph.workers.told import hearing_signals, told_to_end

Say = Callable[[str], None]
LOOK_SECONDS = 0.5
# Longer than a task may take (120 s); what is not done by then is done by another.
FAREWELL_SECONDS = 130.0


class BadPost(UserError):
    """There can be no such worker."""


@dataclass(frozen=True, slots=True)
class Post:
    """A worker's name on its machine, its concerns, and how many tasks it does at a time."""

    name: str
    queues: tuple[str, ...]
    concurrency: int

    def __post_init__(self) -> None:
        strange = [queue for queue in self.queues if queue not in QUEUES]
        if strange:
            raise BadPost(f"There is no queue '{strange[0]}'; there are {', '.join(QUEUES)}.")
        if not self.name or any(letter in "@/, " for letter in self.name):
            raise BadPost(f"'{self.name}' cannot name a worker; use letters, digits and dashes.")


def man(post: Post, *, home: Path | None, say: Say, beside: Sequence[Program] = ()) -> None:
    """Run the worker, and the programs beside it, until told to end.

    What they say goes to their logs in the home or, where systemd keeps it, to its journal.
    """
    program = worker(post.name, post.queues, post.concurrency)
    with hearing_signals() as wake, connect(home) as servers:
        if not servers.redis_url:
            raise BadPost("REDIS_URL is not set; a worker needs the Redis in which its messages lie.")
        env = {**os.environ, **servers.environment()}
        refuse_unsafe(env)
        children = [_start(one, env, servers.home.logs / f"{one.name}.log") for one in (program, *beside)]
        where = children[0].kept
        say(f"{node_name(post.name)} takes work of {', '.join(post.queues)}; its log is {where}")
        try:
            while not told_to_end(wake, seconds=LOOK_SECONDS):
                for words in filter(None, (child.look() for child in children)):
                    say(words)
        finally:
            _end(children)
        say("Ended")


def _start(program: Program, env: Mapping[str, str], log: Path) -> Child:
    roll(log)
    # systemd sets this where our words go to its journal.
    journal = sys.stderr.buffer if "JOURNAL_STREAM" in env else None
    child = Child(program, env=env, log=log, journal=journal)
    child.start()
    return child


def _end(children: Sequence[Child]) -> None:
    deadline = time.monotonic() + FAREWELL_SECONDS
    for child in children:
        child.ask_to_end()
    for child in children:
        child.end(seconds=deadline - time.monotonic())
