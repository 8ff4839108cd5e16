"""Real Celery workers, and a feeder, forked from one process that has loaded everything.

`python -m benchmarks.drills.parts.forks` does what each line of input asks, as JSON: start workers on a
database with a strategy of placement, store bars in it, end the workers. A worker that is forked costs a
tenth of one that is started, so that many of them fit into a test.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from benchmarks.drills.parts.pipeline import Ground, NotDone


class Forks:
    """The process that forks, told what to do."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, url: str, names: Sequence[str], *, placement: str) -> None:
        """Start workers of these names on a database."""
        self._ask(do="start", url=url, names=list(names), placement=placement)

    def feed(self, url: str, *, bars: int, stride: int) -> None:
        """Store so many bars of all instruments, a few in each transaction, and ring after each."""
        self._ask(do="feed", url=url, bars=bars, stride=stride)

    def end(self) -> None:
        """End all workers, and wait until they have ended."""
        self._ask(do="end")

    def _ask(self, **words: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "done\n":
            raise NotDone(f"{words} was not done.")


@contextmanager
def forking(place: Ground) -> Iterator[Forks]:
    """A process that forks, for a block."""
    command = [sys.executable, "-m", "benchmarks.drills.parts.forks"]
    env = place.environment(place.url)
    with subprocess.Popen(
        command, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Forks(process)
        assert process.stdin
        process.stdin.close()


def obey() -> None:
    """Do what the lines of input ask."""
    from heliograph.workers.app import app

    app.loader.import_default_modules()
    import heliograph.workers.dispatch
    import heliograph.workers.reconcile
    import heliograph.workers.shards  # noqa: F401

    workers: list[int] = []
    for line in sys.stdin:
        words = json.loads(line)
        if words["do"] == "start":
            workers += [_fork(_work, words | {"name": name}) for name in words["names"]]
        elif words["do"] == "feed":
            _wait([_fork(_feed, words)])
        else:
            for pid in workers:
                os.kill(pid, signal.SIGTERM)
            _wait(workers)
            workers.clear()
        print("done", flush=True)


def _fork(act, words: Mapping[str, object]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _stand_on(str(words["url"]))
        act(words)
    finally:
        os._exit(0)


def _wait(pids: Sequence[int]) -> None:
    for pid in pids:
        os.waitpid(pid, 0)


def _stand_on(url: str) -> None:
    """Let Django of this process, which has no connection yet, use another database."""
    from django.db import connections

    from heliograph.kit.env import Environment

    os.environ["DATABASE_URL"] = url
    connections["default"].settings_dict.update(Environment({"U": url}).postgres("U"))


def _work(words: Mapping[str, object]) -> None:
    from django.conf import settings

    from heliograph.workers.app import app
    from heliograph.workers.programs import worker
    from heliograph.workers.queues import QUICK

    settings.HELIOGRAPH_PLACEMENT = words["placement"]
    # Its words go nowhere: the feeder's answers must be alone on standard output.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    command = worker(str(words["name"]), QUICK).command
    app.worker_main(list(command[command.index("worker") :]))


def _feed(words: Mapping[str, object]) -> None:
    from benchmarks.drills.parts.feed import HISTORY, Market
    from heliograph.workers.ring import ring

    market, stride = Market(), int(str(words["stride"]))
    for start in range(HISTORY, HISTORY + int(str(words["bars"])), stride):
        market.store(start, start + stride)
        ring("generate_due")


if __name__ == "__main__":
    obey()
