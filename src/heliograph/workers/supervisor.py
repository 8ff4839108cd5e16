"""All of Heliograph on one machine: prepares the home, runs web, workers and beat, starts again what dies."""

import http.client
import json
import os
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from heliograph.errors import HeliographError
from heliograph.kit.embedded import Home, Servers
from heliograph.kit.embedded.connect import keeper_state, revive
from heliograph.kit.embedded.home import write_whole
from heliograph.workers import programs
from heliograph.workers.children import Child
from heliograph.workers.pools.children import ChildrenPool
from heliograph.workers.pools.drains import worker_name
from heliograph.workers.pools.local import forget_wanted, wanted
from heliograph.workers.preparation import Preparation
from heliograph.workers.programs import Options, Program
from heliograph.workers.queues import QUICK
from heliograph.workers.watched import any_watch

Say = Callable[[str], None]
FAREWELL_SECONDS = 5.0
WATCHES_SECONDS = 5.0
ENTERS = "That link signs you in, once and within the hour; `heliograph person link` prints another"
CHOOSES = "That link makes you the admin, once and within a day: choose a name and a password"


class PreparationFailed(HeliographError):
    """The tables or the sample could not be made ready."""


class Supervisor:
    """The programs of one `up`; `look` is called about twice a second."""

    def __init__(self, options: Options, servers: Servers, listener: socket.socket, say: Say) -> None:
        self._options = options
        self._servers = servers
        self._listener = listener
        self._say = say
        self._children: dict[str, Child] = {}
        self._workers: ChildrenPool | None = None
        self._watches_due = 0.0
        self._answered = False
        self._revived: object = {}
        self._env = environment(options, servers)
        self._preparation: Preparation | None = Preparation(
            sample=options.sample,
            loopback=options.is_loopback,
            env=self._env,
            log=self._log("prepare"),
        )
        self._link = ""
        self._write_state()

    def look(self) -> None:
        """See what has happened, say it and act on it."""
        self._hear_preparation()
        self._look_at_servers()
        self._look_at_watches()
        said = [words for child in self._children.values() if (words := child.look())]
        for words in said + self._look_at_workers():
            self._say(words)
        if said:
            self._write_state()
        self._look_at_web()

    def end(self) -> None:
        """End all programs, within seconds."""
        deadline = time.monotonic() + FAREWELL_SECONDS
        if self._preparation:
            self._preparation.end()
        for child in self._children.values():
            child.ask_to_end()
        if self._workers:
            self._workers.end(seconds=deadline - time.monotonic())
        for child in self._children.values():
            child.end(seconds=deadline - time.monotonic())

    def _hear_preparation(self) -> None:
        if not self._preparation:
            return
        code = self._preparation.code()
        lines = self._preparation.lines()
        self._link = self._preparation.link
        for line in lines:
            self._say(line)
        if lines and "web" not in self._children:
            # The first line says that the tables stand: pages can be shown while the rest is made ready.
            self._start(programs.web(self._listener.fileno()), keep=(self._listener.fileno(),))
        if code is not None:
            self._preparation = None
            self._prepared(code, lines)

    def _prepared(self, code: int, lines: list[str]) -> None:
        if code:
            known = (
                lines[-1] if code == 2 and lines else f"Preparing failed; {self._log('prepare')} says why."
            )
            raise PreparationFailed(known)
        forget_wanted(self._servers.home.path)
        self._workers = ChildrenPool(_quick_worker, env=self._env, logs=self._servers.home.logs)
        self._workers.resize(self._options.workers)
        for program in (programs.outside(), programs.beat()):
            self._start(program)
        self._say("Workers and timetable run")

    def _look_at_workers(self) -> list[str]:
        """Follow what the policy of scaling wants, and start again what died."""
        if not self._workers:
            return []
        before, size = self._workers.children, wanted(self._servers.home.path)
        if size is not None and size != self._workers.size():
            self._workers.resize(size)
        said = self._workers.look()
        if said or self._workers.children.keys() != before.keys():
            self._write_state()
        return said

    def _look_at_watches(self) -> None:
        """Keep streams open as long as a series of an exchange is watched."""
        if not self._workers or time.monotonic() < self._watches_due:
            return
        self._watches_due = time.monotonic() + WATCHES_SECONDS
        is_watched = any_watch(self._servers.database_url)
        if is_watched and "stream" not in self._children:
            self._start(programs.stream())
        elif is_watched is False and "stream" in self._children:
            self._children.pop("stream").retire()
            self._write_state()

    def _start(self, program: Program, *, keep: tuple[int, ...] = ()) -> None:
        child = Child(program, env=self._env, log=Path(self._log(program.name)), keep=keep)
        child.start()
        self._children[program.name] = child
        self._write_state()

    def _look_at_servers(self) -> None:
        if not self._servers.embedded:
            return
        home = self._servers.home
        if not home.lock("keeper").is_taken():
            self._say("The keeper of the embedded servers died; it is started again")
            revive(home)
        restarts = keeper_state(home).get("restarts")
        if restarts and restarts != self._revived:
            self._say(f"An embedded server died and was started again {restarts}")
        self._revived = restarts

    def _look_at_web(self) -> None:
        if self._answered or "web" not in self._children or not self._web_answers():
            return
        self._answered = True
        self._write_state()
        self._say(f"Open {self._options.address}{self._link}")
        if self._link:
            self._say(ENTERS if self._options.is_loopback else CHOOSES)

    def _web_answers(self) -> bool:
        line = http.client.HTTPConnection(self._options.reach, self._options.port, timeout=1)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def _write_state(self) -> None:
        state = {
            "pid": os.getpid(),
            "address": self._options.address,
            "link": f"{self._options.address}{self._link}" if self._link else None,
            "ready": self._answered and self._preparation is None,
            "children": {name: child.pid for name, child in self._all().items()},
        }
        write_whole(self._servers.home.path / "up.json", json.dumps(state))

    def _all(self) -> dict[str, Child]:
        return self._children | (self._workers.children if self._workers else {})

    def _log(self, name: str) -> str:
        return str(self._servers.home.logs / f"{name}.log")


def _quick_worker(number: int) -> Program:
    """The worker of a number."""
    return programs.worker(worker_name(number), QUICK)


def read_state(home: Home) -> dict[str, object]:
    """What a running `up` says of itself: `pid`, `address`, `link`, `ready`, `children`.

    Empty where none runs. `link` is the one-time link of its start, null where somebody can sign in without.
    """
    try:
        return dict(json.loads((home.path / "up.json").read_text())) if home.lock("up").is_taken() else {}
    except FileNotFoundError:
        return {}


def environment(options: Options, servers: Servers) -> dict[str, str]:
    """What the programs of `up` are told of it."""
    made = {**os.environ, **servers.environment()}
    made["HELIOGRAPH_REPLAY"] = str(int(options.replay and options.sample))
    if not options.is_loopback:
        made.setdefault("HELIOGRAPH_HOSTS", "*")
    return made
