"""A synchronous standby of the servers' PostgreSQL, and what it takes to go over to it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from benchmarks.drills.parts.databases import url_of
from benchmarks.drills.parts.servers import Servers
from heliograph.kit.account import Account
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.servers import POSTGRES_SETTINGS
from heliograph.kit.embedded.servers import Ground as ServerGround
from heliograph.kit.tied import start_tied
from heliograph.kit.wait import wait_until

NAME = "standby"
STATE = "SELECT sync_state FROM pg_stat_replication WHERE application_name = %s"


@dataclass(frozen=True, slots=True)
class Standby:
    """The second server; `sockets` is the folder that clients name as its host."""

    data: Path
    sockets: Path
    programs: Path
    account: Account | None

    def promote(self) -> None:
        """Make it take writes."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute("SELECT pg_promote(wait => true)")
            # What it waits for is gone.
            admin.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
            admin.execute("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """Of a database, straight to it."""
        return f"postgres://heliograph@/{name}?host={quote(str(self.sockets), safe='/')}"


def both(made: Servers, standby: Standby, name: str) -> str:
    """The URL that programs have: whichever of the two takes writes."""
    first = url_of(made.direct["database_url"], name)
    return (
        f"{first},{quote(str(standby.sockets), safe='/')}&target_session_attrs=read-write&connect_timeout=3"
    )


@contextmanager
def standing_by(home: Path, made: Servers) -> Iterator[Standby]:
    """A synchronous standby that has caught up, for a block."""
    ground = ServerGround(Home.open(home).servers, Path(), Account.of_servers(Home.open(home).servers))
    programs = made.postgres.server._programs
    source = made.direct["database_url"].partition("host=")[2]
    one = Standby(ground.data / "standby", ground.data / "run-standby", programs, ground.account)
    one.sockets.mkdir(mode=0o700)
    if ground.account:
        ground.account.give(one.sockets)
    with open(ground.data / "postgres/pg_hba.conf", "a") as rules:
        rules.write("local replication all peer map=owner\n")
    with psycopg.connect(url_of(made.direct["database_url"], "postgres"), autocommit=True) as admin:
        admin.execute("SELECT pg_reload_conf()")
    words = f"host={source} user=heliograph application_name={NAME}"
    tool = [
        str(programs / "pg_basebackup"),
        "-D",
        str(one.data),
        "-d",
        words,
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
    ]
    ground.run(tool)
    settings = POSTGRES_SETTINGS | {"unix_socket_directories": str(one.sockets), "hot_standby": "on"}
    command = [str(programs / "postgres"), "-D", str(one.data)]
    for key, value in settings.items():
        command += ["-c", f"{key}={value}"]
    with open(Home.open(home).logs / "standby.log", "ab") as log:
        process = start_tied(command, log=log, account=ground.account)
    try:
        with psycopg.connect(url_of(made.direct["database_url"], "postgres"), autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
            admin.execute("SELECT pg_reload_conf()")
            caught_up = wait_until(lambda: admin.execute(STATE, [NAME]).fetchall() == [("sync",)], seconds=60)
        if not caught_up:
            raise RuntimeError("The standby did not become synchronous; see standby.log.")
        yield one
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
