"""Restoring a backup file, into a new home or a database that is empty; and trying whether it would go."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import psycopg

from heliograph.backup import file
from heliograph.backup.contents import SETTINGS, contents, differences
from heliograph.backup.errors import BadBackup, NotRestorable
from heliograph.backup.known import known_migrations
from heliograph.backup.manifest import DATABASE, SECRET, Manifest
from heliograph.backup.programs import environment, run
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import embedded

Say = Callable[[str], None]
# Debian's PostgreSQL 15 dumps an option of columns that is none, and that others refuse.
FOREIGN_OPTION = re.compile(rb"^ALTER TABLE ONLY [^;]+ ALTER COLUMN [^;]+ SET \(pg_att\w+=[^;)]*\);\s*$")
TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
"""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup file whose parts were all checked, and lie in a folder."""

    manifest: Manifest
    folder: Path

    @property
    def dump(self) -> Path:
        """The database."""
        return self.folder / DATABASE


def unpack(path: Path, folder: Path, *, passphrase: str | None) -> Unpacked:
    """Check all of a backup file and lay its parts into a folder, which is to be given up if this fails."""
    with file.reading(path, passphrase=passphrase) as found:
        for part, content in found.parts():
            target = folder / _safe(part.name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                shutil.copyfileobj(content, out, file.BLOCK)
        return Unpacked(found.manifest, folder)


def check(path: Path, *, passphrase: str | None) -> Manifest:
    """Read all of a backup file and compare its hashes; BadBackup names what differs."""
    with file.reading(path, passphrase=passphrase) as found:
        for _ in found.parts():
            pass
        return found.manifest


def restore_into(home: Path, backup: Path, *, passphrase: str | None, say: Say) -> Manifest:
    """Make a home of a backup file, with servers of its own; nothing is touched before all of it was checked.

    NotRestorable where the home holds something already, where the backup is of a later release, or where
    what was restored is not what the backup says.
    """
    refuse_if_filled(home)
    beside = home.parent if home.parent.is_dir() else Path(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix=".heliograph-restore-", dir=beside) as folder:
        say("checking the file")
        found = unpack(backup, Path(folder), passphrase=passphrase)
        refuse_if_later(found.manifest)
        place = Home.open(home)
        secret = found.folder / SECRET
        if secret.exists():
            shutil.copy(secret, place.secret_file)
        if (found.folder / "home").is_dir():
            shutil.copytree(found.folder / "home", place.path, dirs_exist_ok=True)
        with embedded(place) as urls:
            say(f"restoring {found.manifest.rows:,} rows")
            fill(urls["database_url"], found, say=say)
    return found.manifest


def fill(url: str, found: Unpacked, *, say: Say) -> None:
    """Restore into an empty database, and compare what is there then with what the backup says."""
    refuse_if_tables(url)
    _read_in(url, found.dump)
    say("comparing rows")
    with psycopg.connect(url) as connection:
        for setting in SETTINGS:
            connection.execute(setting)
        wrong = differences(contents(connection), found.manifest.tables)
    if wrong:
        raise NotRestorable(f"What was restored is not what the backup says: {'; '.join(wrong[:5])}.")


def refuse_if_filled(home: Path) -> None:
    """NotRestorable if there is anything in that folder."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise NotRestorable(f"{home} is not empty; restore into a folder that is, and change over then.")


def refuse_if_tables(url: str) -> None:
    """NotRestorable if the database holds tables."""
    with psycopg.connect(url) as connection:
        row = connection.execute(TABLES.encode()).fetchone()
    if row and row[0]:
        raise NotRestorable("The database holds tables already; restore into an empty one.")


def refuse_if_later(manifest: Manifest) -> None:
    """NotRestorable if this release does not know all that changed the tables of the backup."""
    if unknown := manifest.unknown_migrations(known_migrations()):
        raise NotRestorable(
            f"The backup is of Heliograph {manifest.release}, whose tables this release does not know "
            f"({unknown[0]}); restore it with that release or a later one."
        )


def without_foreign_options(text: bytes) -> bytes:
    """A dump's statements without those for options of columns that only the server it is from knows."""
    return b"".join(line for line in text.splitlines(keepends=True) if not FOREIGN_OPTION.match(line))


def _read_in(url: str, dump: Path) -> None:
    """First what tables are, without what only another build of PostgreSQL knows; then rows; then indexes."""
    jobs = str(min(4, os.cpu_count() or 1))
    options = ("--no-owner", "--no-privileges")
    text = run("pg_restore", "--section=pre-data", *options, "--file=-", str(dump), url=url)
    words = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--file=-")
    run("psql", *words, url=url, told=without_foreign_options(text))
    database = environment(url)["PGDATABASE"]
    for section in ("data", "post-data"):
        words = (f"--section={section}", *options, "--exit-on-error", f"--jobs={jobs}", "-d", database)
        run("pg_restore", *words, str(dump), url=url)


def _safe(name: str, path: Path) -> PurePosixPath:
    """A name that leads nowhere else; tar archives may hold any."""
    found = PurePosixPath(name)
    if (
        found.is_absolute()
        or ".." in found.parts
        or found.parts[:1] not in {(DATABASE,), (SECRET,), ("home",)}
    ):
        raise BadBackup(f"{path} holds a file of the name {name!r}, which no backup does.")
    return found
