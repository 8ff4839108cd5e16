"""Trying, as a habit, whether an archive restores: nobody knows of a backup before it was."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg

from heliograph.backup.archive.check import gaps
from heliograph.backup.archive.place import Archive
from heliograph.backup.archive.restore import Say, choose, lay, recovered
from heliograph.backup.archive.told import TRIED, Told, tell
from heliograph.backup.contents import contents, frozen
from heliograph.errors import HeliographError
from heliograph.kit.account import Account

REACHED = "SELECT pg_last_xact_replay_timestamp()"


def try_restore(
    archive: Archive, *, scratch: Path, account: Account | None, clock: Callable[[], datetime], say: Say
) -> Told:
    """Restore the newest base backup and all of the log behind it into a folder that goes again, and read
    every row there; how it went is written beside the archive, and returned.
    """
    began = clock()
    try:
        base = choose(archive, to=None)
        if missing := gaps(archive, base):
            say(f"the log behind {base.name} lacks {missing[0]}: nothing behind it can be restored")
        with tempfile.TemporaryDirectory(prefix="heliograph-trial-", dir=scratch) as folder:
            Path(folder).chmod(0o711)
            data = Path(folder) / "data"
            lay(archive, base, into=data, account=account, say=say)
            say("going over the log")
            with recovered(archive, base, data, to=None, account=account) as url:
                say("reading all rows")
                with frozen(url) as (connection, _):
                    tables = contents(connection)
                reached = _reached(url)
    except (HeliographError, OSError, psycopg.Error) as fault:
        return tell(archive, TRIED, at=clock(), error=str(fault).splitlines()[0])
    at = clock()
    facts = {
        "base": base.name,
        "tables": len(tables),
        "rows": sum(count for count, _ in tables.values()),
        "seconds": round((at - began).total_seconds(), 1),
        "reached_at": reached and reached.isoformat(),
    }
    return tell(archive, TRIED, at=at, **facts)


def _reached(url: str) -> datetime | None:
    """The moment of the last transaction that was gone over."""
    with psycopg.connect(url) as connection:
        row = connection.execute(REACHED).fetchone()
    return row[0] if row else None
