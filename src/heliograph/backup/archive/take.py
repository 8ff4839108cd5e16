"""Taking base backups of a running server, and knowing which of them to keep."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO

import psycopg

import heliograph
from heliograph.backup.archive.place import BLOCK, Archive, Base
from heliograph.backup.errors import ProgramFailed
from heliograph.backup.file import writing
from heliograph.backup.programs import environment, last_words, program

FACTS = """
SELECT pg_walfile_name(pg_current_wal_insert_lsn()), current_database(),
       (SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY oid LIMIT 1),
       (SELECT system_identifier::text FROM pg_control_system()), current_setting('server_version'),
       pg_size_bytes(current_setting('wal_segment_size'))
"""
# The log that is needed with it goes along, so that it restores without the rest of the archive as well.
WORDS = ("--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--gzip", "--manifest-checksums=SHA256")


@dataclass(frozen=True, slots=True)
class Keep:
    """So many base backups are kept: the newest of each of the last days, weeks and months that have one."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12


def take_base(archive: Archive, *, url: str, at: datetime) -> Base:
    """Take a base backup of the server of a URL, whose role may replicate; returns what it is.

    The server goes on working. ProgramFailed with the words of pg_basebackup if it cannot be taken.
    """
    archive.prepare()
    name = at.strftime("%Y%m%dT%H%M%SZ")
    first, *facts = _facts(url)
    target = archive.bases_folder / f"{name}.base"
    with archive.writing(target) as out:
        size, digest = _stream(url, out)
    last, ended = _ended(url)
    database, superuser, server, postgres, segment_bytes = facts
    base = Base(
        name=name,
        began_at=at,
        ended_at=ended,
        first_segment=str(first),
        last_segment=last,
        size=size,
        sha256=digest,
        database=str(database),
        superuser=str(superuser),
        server=str(server),
        postgres=str(postgres),
        segment_bytes=int(str(segment_bytes)),
        release=heliograph.__version__,
    )
    # Only what is described counts, and it is described when it is whole.
    with writing(archive.bases_folder / f"{name}.json", passphrase=None) as out:
        out.write(base.to_json().encode())
    return base


def kept(bases: Sequence[Base], keep: Keep) -> set[str]:
    """The names of those to keep: grandfather, father, son; the newest always."""
    newest = sorted(bases, key=lambda base: base.ended_at, reverse=True)
    found = {base.name for base in newest[:1]}
    for most, period in ((keep.daily, "%Y-%m-%d"), (keep.weekly, "%G-%V"), (keep.monthly, "%Y-%m")):
        chosen: dict[str, str] = {}
        for base in newest:
            chosen.setdefault(base.ended_at.strftime(period), base.name)
        found |= set(list(chosen.values())[:most])
    return found


def prune(archive: Archive, keep: Keep) -> tuple[list[str], int]:
    """Delete base backups that are not to be kept, and the log before the oldest that is; their names, and
    how many files of the log.
    """
    bases = archive.bases()
    wanted = kept(bases, keep)
    gone = [base for base in bases if base.name not in wanted]
    for base in gone:
        # What describes it goes first: what is left of an interruption is no backup any more.
        (archive.bases_folder / f"{base.name}.json").unlink()
        archive.base_file(base).unlink(missing_ok=True)
    stay = [base for base in bases if base.name in wanted]
    if not stay:
        return [base.name for base in gone], 0
    # Names of segments begin with their timeline; what comes before is compared without.
    oldest = min(base.first_segment[8:] for base in stay)
    old = [name for name in archive.segments() if name[8:] < oldest]
    for name in old:
        (archive.log_folder / name).unlink()
    return [base.name for base in gone], len(old)


def _stream(url: str, out: IO[bytes]) -> tuple[int, str]:
    """The bytes of the backup, written; their number and hash."""
    size, digest = 0, sha256()
    with TemporaryFile() as said:
        command = [program("pg_basebackup"), "--no-password", *WORDS, "--pgdata=-"]
        with subprocess.Popen(
            command, env=environment(url), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        ) as process:
            assert process.stdout
            while block := process.stdout.read(BLOCK):
                out.write(block)
                digest.update(block)
                size += len(block)
        if process.returncode:
            said.seek(0)
            raise ProgramFailed(f"pg_basebackup failed: {last_words(said.read())}")
    return size, digest.hexdigest()


def _facts(url: str) -> tuple[object, ...]:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(FACTS.encode()).fetchone()
    assert row
    return tuple(row)


def _ended(url: str) -> tuple[str, datetime]:
    """The segment of the end, which is closed so that it is archived soon, and the moment."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT pg_walfile_name(pg_current_wal_insert_lsn()), clock_timestamp()"
        ).fetchone()
        assert row
        return str(row[0]), row[1]
