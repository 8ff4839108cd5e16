"""A server of a drill whose log goes into an archive, and one that writes to it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import psutil
import psycopg

from heliograph.backup.archive.place import Archive, keep_log
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.servers import Ground, Postgres, start_server

COMMAND = (sys.executable, "-P", "-c", "from heliograph.cli import main; main()")
# The server may not read our programs: it asks through a pipe, and what `heliograph archive wal` does is done
# for it.
ARCHIVE = 'echo "%p %f" > {0}/ask && read word < {0}/answer && test "$word" = yes'
SETTINGS = """
archive_mode = on
archive_timeout = {timeout}
archive_command = '{command}'
"""
WRITE = """
INSERT INTO notices_notice (topic, subject, payload, created_at, spread)
VALUES ('drill', %s, jsonb_build_object('number', %s::int, 'text', repeat('x', 200)),
        clock_timestamp(), false)
RETURNING created_at
"""


def heliograph(*words: object, env: dict[str, str]) -> str:
    """What a command prints; it must go well."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)], env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{words[0]} {words[1]}: {done.stderr}")
    return done.stdout


@dataclass(slots=True)
class Archived:
    """The server, its folder, and where its log goes."""

    home: Path
    archive: Archive
    ground: Ground = field(init=False)
    process: "subprocess.Popen[bytes]" = field(init=False)
    _lines: list[int] = field(default_factory=list)
    _thread: Thread | None = None

    def __post_init__(self) -> None:
        self.ground = Ground.of(Home.open(self.home))

    @property
    def data(self) -> Path:
        """The folder of its data."""
        return self.ground.data / "postgres"

    @property
    def url(self) -> str:
        """The URL of its database."""
        return self.ground.database_url

    def prepare(self, *, timeout: int) -> None:
        """Make the cluster, with its log archived at least each so many seconds."""
        server = Postgres(self.ground)
        server.prepare()
        command = ARCHIVE.format(self.home / "pipes")
        with open(self.data / "postgresql.auto.conf", "a") as settings:
            settings.write(SETTINGS.format(timeout=timeout, command=command))
        self._listen(self.home / "pipes")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with open(self.home / "postgres.log", "ab") as log:
            self.process = start_server(Postgres(self.ground), log=log)

    def kill(self) -> None:
        """As a machine that goes away: all its processes at once."""
        all_ = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        for one in all_:
            one.kill()
        psutil.wait_procs(all_, timeout=10)
        self.process.wait()

    def end(self) -> None:
        """Stop it in order, and take no more of its log."""
        if self.process.poll() is None:
            Postgres(self.ground).stop(self.process)
        os.write(self._lines[0], b"\n")
        if self._thread:
            self._thread.join()

    def _listen(self, folder: Path) -> None:
        folder.mkdir(mode=0o711)
        for name in ("ask", "answer"):
            os.mkfifo(folder / name, 0o600)
            if self.ground.account:
                os.chown(folder / name, self.ground.account.uid, self.ground.account.gid)
            self._lines.append(os.open(folder / name, os.O_RDWR))
        self._thread = Thread(target=self._take, name="archive")
        self._thread.start()

    def _take(self) -> None:
        with open(self._lines[0], closefd=False) as asked:
            while line := asked.readline().split():
                try:
                    keep_log(self.archive, self.data / line[0], line[1])
                    answer = b"yes\n"
                except FileNotFoundError:
                    # It was killed meanwhile, and its data deleted.
                    answer = b"no\n"
                os.write(self._lines[1], answer)


@dataclass(slots=True)
class Writer:
    """Writes rows one after another; `acknowledged` are the number of the last and its moment."""

    url: str
    acknowledged: tuple[int, float] = (0, 0.0)
    _over: Event = field(default_factory=Event)
    _thread: Thread | None = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write, for a block or until the server is gone."""
        self._over.clear()
        self._thread = Thread(target=self._write, name="writer")
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    def _write(self) -> None:
        number = self.acknowledged[0]
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                while not self._over.is_set():
                    number += 1
                    row = connection.execute(WRITE, [str(number), number]).fetchone()
                    assert row
                    self.acknowledged = (number, row[0].timestamp())
                    time.sleep(0.005)
        except psycopg.OperationalError:
            # It was killed: what it had not acknowledged is nobody's loss.
            return
