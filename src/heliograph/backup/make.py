"""Making a backup file of one installation."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import heliograph
from heliograph.backup import file
from heliograph.backup.contents import contents, frozen
from heliograph.backup.errors import BadBackup
from heliograph.backup.manifest import DATABASE, SECRET, Manifest
from heliograph.backup.programs import run
from heliograph.kit.embedded import Home

# What a home holds beside its servers, and cannot be made again.
KEPT = ("uploads", "calibration.json")
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
Say = Callable[[int, int, str], None]


def make_backup(
    target: Path, *, url: str, home: Home, at: datetime, passphrase: str | None = None, say: Say | None = None
) -> Manifest:
    """Write all of the database and of the home to one file; returns what it holds.

    The database is seen as at one moment, and may be written to meanwhile. The secret key, by which what is
    encrypted in the database is read, goes along only where the file is sealed. While it is made, the folder
    of the file holds the dump as well. `say` hears steps done, steps in all, and what is under way.
    """
    tell = say or (lambda *_: None)
    if not target.parent.is_dir():
        raise BadBackup(f"{target.parent} is no folder; make it first, or choose another file.")
    with tempfile.TemporaryDirectory(prefix=".heliograph-backup-", dir=target.parent) as folder:
        dump = Path(folder) / DATABASE
        with frozen(url) as (connection, snapshot):
            tables = contents(connection, say=lambda n, of, name: tell(n, of + 2, f"reading {name}"))
            migrations = [str(name) for (name,) in connection.execute(MIGRATIONS)]
            (version,) = connection.execute("SHOW server_version").fetchone() or ("",)
            tell(len(tables), len(tables) + 2, "dumping the database")
            run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}", url=url)
        sources = {DATABASE: dump, **_files(home, with_secret=passphrase is not None)}
        tell(len(tables) + 1, len(tables) + 2, f"writing {target.name}")
        manifest = Manifest(
            made_at=at.isoformat(),
            release=heliograph.__version__,
            postgres=str(version),
            migrations=migrations,
            tables=dict(tables),
            parts=[file.part_of(path, name=name) for name, path in sources.items()],
        )
        file.write(target, manifest, sources, passphrase=passphrase)
    return manifest


def _files(home: Home, *, with_secret: bool) -> dict[str, Path]:
    found = {SECRET: home.secret_file} if with_secret else {}
    for name in KEPT:
        path = home.path / name
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found |= {f"home/{one.relative_to(home.path)}": one for one in inside if one.is_file()}
    return found
