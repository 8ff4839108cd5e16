"""Using the servers of a home, shared with whoever else does."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from heliograph.kit.embedded.home import Home
from heliograph.kit.env import Environment
from heliograph.kit.errors import ServerFailed
from heliograph.kit.locks import FileLock

KEY = "HELIOGRAPH_SECRET_KEY"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the database and Redis are; `redis_url` is None where only a database was named."""

    home: Home
    database_url: str
    redis_url: str | None
    embedded: bool

    def environment(self) -> dict[str, str]:
        """The settings by which a process of ours finds them."""
        found = {
            "HELIOGRAPH_HOME": str(self.home.path),
            "DATABASE_URL": self.database_url,
        }
        if self.redis_url:
            found["REDIS_URL"] = self.redis_url
        if not any(name in os.environ for name in (KEY, f"{KEY}_FILE")):
            found[f"{KEY}_FILE"] = str(self.home.secret_file)
        return found


@contextmanager
def connect(
    home: Path | None = None, *, database_url: str | None = None, redis_url: str | None = None
) -> Iterator[Servers]:
    """The servers to use, running for as long as the block does.

    What is not named (nor set as DATABASE_URL or REDIS_URL) is the embedded server of the home, which is
    started if no one has yet. A database named without a Redis stands alone: commands need no Redis.
    """
    place = Home.open(home)
    named = Environment()
    database_url = database_url or named.given("DATABASE_URL") or None
    redis_url = redis_url or named.given("REDIS_URL") or None
    if database_url:
        yield Servers(place, database_url, redis_url, embedded=False)
        return
    with embedded(place) as own:
        yield Servers(place, own["database_url"], redis_url or own["redis_url"], embedded=True)


@contextmanager
def embedded(home: Home) -> Iterator[dict[str, str]]:
    """Hold the embedded servers of a home; yields their URLs as `database_url` and `redis_url`."""
    users = home.lock("users")
    try:
        yield _join(home, users)
    finally:
        users.release()


def revive(home: Home) -> None:
    """Start the keeper of a home that one uses, should it have been killed."""
    with home.lock("start").held():
        if not home.lock("keeper").is_taken():
            _start_keeper(home)


def keeper_state(home: Home) -> dict[str, object]:
    """What the keeper of a home says of its servers; empty where none runs."""
    try:
        return dict(json.loads(home.state_file.read_text())) if home.lock("keeper").is_taken() else {}
    except FileNotFoundError:
        return {}


def _join(home: Home, users: FileLock) -> dict[str, str]:
    with home.lock("start").held():
        # While a keeper ends its servers it holds this lock: wait, then start anew.
        users.take(shared=True)
        if not home.lock("keeper").is_taken():
            _start_keeper(home)
        state = json.loads(home.state_file.read_text())
    return {"database_url": state["database_url"], "redis_url": state["redis_url"]}


def _start_keeper(home: Home) -> None:
    command = [sys.executable, "-P", "-m", "heliograph.kit.embedded.keeper", str(home.path)]
    with open(home.logs / "servers.log", "ab") as log:
        keeper = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    assert keeper.stdout
    with keeper.stdout as answers:
        answer = answers.readline().decode().strip()
    keeper.wait()
    if answer != "ready":
        raise ServerFailed(answer or f"The embedded servers did not start; {log.name} says why.")
