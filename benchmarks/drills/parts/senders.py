"""Processes that deliver notices, forked from one that has loaded everything: a new one costs nothing.

`python -m benchmarks.drills.parts.senders` does what each line of input asks, as JSON: make the channels,
raise notices, start a sender, send again what was given up; it answers each with a line.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PAUSE = 0.02


class Senders:
    """The process that forks, told what to do."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        # Of the senders that were started and not killed.
        self.pids: list[int] = []

    def prepare(self, *, channels: int, port: int) -> None:
        """Make the tables, and so many channels that lead to a receiver."""
        self._ask(do="prepare", channels=channels, port=port)

    def tell(self, first: int, last: int, *, channels: int) -> None:
        """Raise the notices of these numbers, each for one of the channels."""
        self._ask(do="tell", first=first, last=last, channels=channels)

    def start(self) -> None:
        """Start one more sender."""
        self.pids.append(self._ask(do="start"))

    def kill(self, pid: int) -> None:
        """Kill one of them, whatever it is at."""
        os.kill(pid, signal.SIGKILL)
        self.pids.remove(pid)

    def replay(self) -> int:
        """Let what was given up go once more; how many."""
        return self._ask(do="replay")

    def _ask(self, **words: object) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def sending(environment: Mapping[str, str]) -> Iterator[Senders]:
    """The process that forks, for a block; all of its senders are gone behind it."""
    command = [sys.executable, "-m", "benchmarks.drills.parts.senders"]
    with subprocess.Popen(
        command, env=dict(environment), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        senders = Senders(process)
        try:
            yield senders
        finally:
            for pid in list(senders.pids):
                senders.kill(pid)
            assert process.stdin
            process.stdin.close()


def obey() -> None:
    """Do what the lines of input ask."""
    import django

    django.setup()
    # Nobody waits for those that were killed.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    acts = {"prepare": _prepare, "tell": _tell, "start": _start, "replay": _replay}
    for line in sys.stdin:
        words = json.loads(line)
        print(acts[words.pop("do")](**words), flush=True)


def _prepare(*, channels: int, port: int) -> int:
    from django.core.management import call_command

    from heliograph.kit.clock import utc_now
    from heliograph.notices.channel import add_channel
    from heliograph.notices.subscription import Wish, add_subscription

    call_command("migrate", verbosity=0)
    for number in range(channels):
        options = {
            "url": f"http://127.0.0.1:{port}/{number}",
            "secret_env": "HOOK_SECRET",
            "allow_private": ["127.0.0.1"],
        }
        name, at = f"hook-{number}", utc_now()
        add_channel(name, kind="webhook", options=options, topics=None, at=at)
        add_subscription(Wish(channel=name, strategies=[f"strategy-{number}"]), at=at)
    return channels


def _tell(*, first: int, last: int, channels: int) -> int:
    from heliograph.kit.clock import utc_now
    from heliograph.notices.raise_notice import Told, raise_notices

    told = [
        Told(
            "signal.published",
            f"signal:{number}",
            {"strategy": f"strategy-{number % channels}", "close": 1.5},
        )
        for number in range(first, last)
    ]
    return raise_notices(told, at=utc_now())


def _start() -> int:
    from django.db import connections

    # A child must not talk over the line of its parent.
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        _deliver()
    finally:
        os._exit(1)


def _deliver() -> None:
    from heliograph.kit.clock import utc_now
    from heliograph.notices.deliver import deliver_due

    parent = os.getppid()
    while os.getppid() == parent:
        deliver_due(at=utc_now(), stop=lambda: os.getppid() != parent)
        time.sleep(PAUSE)


def _replay() -> int:
    from heliograph.kit.clock import utc_now
    from heliograph.notices.replay import Chosen, replay

    return replay(Chosen(), at=utc_now())


if __name__ == "__main__":
    obey()
