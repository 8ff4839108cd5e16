"""One worker of its own, apart from `up`: watched, started again, ended in order."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from heliograph.errors import UserError
from heliograph.kit.embedded import connect
from heliograph.workers.children import Child, roll
from heliograph.workers.programs import node_name, worker
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


def man(post: Post, *, home: Path | None, say: Say) -> None:
    """Run the worker until told to end."""
    program = worker(post.name, post.queues, post.concurrency)
    with hearing_signals() as wake, connect(home) as servers:
        if not servers.redis_url:
            raise BadPost("REDIS_URL is not set; a worker needs the Redis in which its messages lie.")
        env = {**os.environ, **servers.environment()}
        refuse_unsafe(env)
        log = servers.home.logs / f"{post.name}.log"
        roll(log)
        child = Child(program, env=env, log=log)
        child.start()
        say(f"{node_name(post.name)} takes work of {', '.join(post.queues)}; its log is {log}")
        try:
            while not told_to_end(wake, seconds=LOOK_SECONDS):
                if words := child.look():
                    say(words)
        finally:
            child.ask_to_end()
            child.end(seconds=FAREWELL_SECONDS)
        say("Ended")
