"""The verbs of running on one machine: up, down and logs."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

from heliograph.errors import HeliographError, UserError
from heliograph.kit.embedded import Home, Servers, connect
from heliograph.kit.embedded.connect import embedded
from heliograph.kit.wait import wait_until
from heliograph.workers.children import roll
from heliograph.workers.programs import Options
from heliograph.workers.refusing import refuse_unsafe
from heliograph.workers.supervisor import Supervisor, environment, read_state
from heliograph.workers.told import hearing_signals, told_to_end

Say = Callable[[str], None]
LOOK_SECONDS = 0.5
READY_SECONDS = 600
DOWN_SECONDS = 30
FAREWELL_OF_SERVERS = 20


class PortTaken(UserError):
    """Another program listens there."""


class AlreadyUp(UserError):
    """This home is in use by another `up`."""


class StartFailed(HeliographError):
    """A detached `up` ended before it was ready."""


class NotDown(HeliographError):
    """An `up` did not end in time."""


def up(options: Options, *, say: Say) -> None:
    """Run everything until told to end by Ctrl-C, SIGTERM or a closed terminal; says what it is doing."""
    home = Home.open(options.home)
    tell = _timed(say)
    with _alone(home), _listening(options) as listener, hearing_signals() as wake:
        tell(f"Home is {home.path}")
        with connect(options.home) as named, _with_redis(named) as servers:
            tell(_about(servers))
            refuse_unsafe(environment(options, servers))
            # Port 0 asks for any that is free.
            found = replace(options, port=listener.getsockname()[1])
            supervisor = Supervisor(found, servers, listener, tell)
            try:
                while not told_to_end(wake, seconds=LOOK_SECONDS):
                    supervisor.look()
            finally:
                tell("Ending")
                supervisor.end()
        if servers.embedded:
            # Others may go on using the servers; then they stay.
            wait_until(lambda: not home.lock("keeper").is_taken(), seconds=FAREWELL_OF_SERVERS)
        tell("Ended")


def up_detached(options: Options, *, say: Say) -> None:
    """Start `up` in the background and return when it is ready, saying what it says."""
    home = Home.open(options.home)
    if address := read_state(home).get("address"):
        raise AlreadyUp(f"Heliograph is up in {home.path} already, at {address}.")
    log = home.logs / "up.log"
    roll(log)
    with open(log, "ab") as output, open(log, "rb") as heard:
        heard.seek(0, os.SEEK_END)
        words = json.dumps(asdict(options) | {"home": str(home.path)})
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "heliograph.workers.up", words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        _follow_until_ready(home, process, heard_lines=lambda: heard.read().decode().splitlines(), say=say)


def down(home: Path | None, *, say: Say) -> bool:
    """End the `up` of a home and wait until it has; False if none ran."""
    place = Home.open(home)
    running = place.lock("up")
    pid = read_state(place).get("pid")
    if not isinstance(pid, int):
        say(f"Nothing runs in {place.path}")
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    if not wait_until(lambda: not running.is_taken(), seconds=DOWN_SECONDS):
        raise NotDown(f"Process {pid} was asked to end {DOWN_SECONDS} seconds ago and still runs.")
    say("Ended")
    return True


def logs(home: Path | None, *, follow: bool, say: Say, last: int = 20) -> None:
    """Say the last lines of each log; with `follow`, what is added from then on, until interrupted."""
    place = Home.open(home)
    offsets: dict[Path, int] = {}
    _say_new(place, offsets, say, last=last)
    while follow:
        time.sleep(LOOK_SECONDS)
        _say_new(place, offsets, say, last=None)


def _say_new(home: Home, offsets: dict[Path, int], say: Say, *, last: int | None) -> None:
    for log in sorted(home.logs.glob("*.log")):
        with open(log, "rb") as file:
            start = offsets.get(log, 0)
            # A log that became shorter was put aside and begun anew.
            file.seek(start if start <= log.stat().st_size else 0)
            lines = file.read().decode(errors="replace").splitlines()
            offsets[log] = file.tell()
        for line in lines[-last:] if last is not None else lines:
            say(f"{log.stem:>8} | {line}")


def _follow_until_ready(
    home: Home, process: "subprocess.Popen[bytes]", *, heard_lines: Callable[[], list[str]], say: Say
) -> None:
    last = ""

    def settled() -> bool:
        nonlocal last
        for line in heard_lines():
            last = line
            say(line)
        return process.poll() is not None or bool(read_state(home).get("ready"))

    if not wait_until(settled, seconds=READY_SECONDS, every=0.2):
        raise StartFailed(f"It is not ready after {READY_SECONDS} seconds; {home.logs} has the logs.")
    if process.poll() is not None:
        raise StartFailed(last or f"It ended at once; {home.logs} has the logs.")
    # It lives on: our not waiting for it is meant.
    process.returncode = 0


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    own = home.lock("up")
    if not own.attempt():
        where = read_state(home).get("address", "an address that it is about to say")
        raise AlreadyUp(f"Heliograph is up in {home.path} already, at {where}.")
    # One that was killed could not take its word back.
    (home.path / "up.json").unlink(missing_ok=True)
    try:
        yield
    finally:
        (home.path / "up.json").unlink(missing_ok=True)
        own.release()


@contextmanager
def _listening(options: Options) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((options.host, options.port))
            listener.listen(128)
        except (OSError, OverflowError) as fault:
            why = getattr(fault, "strerror", None) or str(fault)
            raise PortTaken(
                f"{options.host} port {options.port} cannot be used ({why}); choose another with --port."
            ) from fault
        yield listener


@contextmanager
def _with_redis(servers: Servers) -> Iterator[Servers]:
    """The servers, with the embedded Valkey where only a database was named: the worker needs one."""
    if servers.redis_url:
        yield servers
        return
    with embedded(servers.home) as own:
        yield replace(servers, redis_url=own["redis_url"], embedded=True)


def _about(servers: Servers) -> str:
    if not servers.embedded:
        return "PostgreSQL and Redis are those named in the environment"
    if os.environ.get("DATABASE_URL"):
        return "Valkey runs; PostgreSQL is the one named in the environment"
    moved = servers.home.moved_servers
    note = f"; the servers' account cannot reach that folder, so their data lie in {moved}" if moved else ""
    return f"PostgreSQL and Valkey run{note}"


def _timed(say: Say) -> Say:
    began = time.monotonic()
    return lambda text: say(f"{time.monotonic() - began:6.1f} s  {text}")


def main() -> int:
    """Run `up` with the options given as JSON, for a detached start."""
    words = json.loads(sys.argv[1])
    options = Options(**words | {"home": Path(words["home"])})

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    try:
        up(options, say=say)
    except HeliographError as fault:
        say(str(fault))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
