"""`heliograph backup`, `verify` and `restore`: all of an installation in one file."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, counted, note, show_json
from heliograph.cli.progress import counting
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.backup.manifest import Manifest

PASSPHRASE = "HELIOGRAPH_BACKUP_PASSPHRASE"
File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup file.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(backup)
    app.command("verify")(verify)
    app.command("restore")(restore)


@spread
def backup(file: File, place: Place, as_json: AsJson = False) -> None:
    """Write all of an installation to one file: database, uploads, and a hash of each.

    It may go on working meanwhile. With HELIOGRAPH_BACKUP_PASSPHRASE (or ..._FILE) the file is sealed, and
    holds the secret key too; without, keep `secret.key` of the home at another place: what is encrypted in
    the database cannot be read without it.

    \b
    Examples:
      heliograph backup friday.backup
      HELIOGRAPH_BACKUP_PASSPHRASE_FILE=~/backup.key heliograph backup friday.backup
    """
    from heliograph.backup.make import make_backup
    from heliograph.kit.embedded import Home, connect

    with connect(place.home, database_url=place.database_url) as servers, counting("steps") as tell:
        home, passphrase = Home.open(place.home), passphrase_given()
        made = make_backup(
            file, url=servers.database_url, home=home, at=now(), passphrase=passphrase, say=tell
        )
    if as_json:
        show_json(shown(file, made, sealed=passphrase is not None))
        return
    sealed = "sealed" if passphrase else "not sealed, without the secret key"
    print(f"{file}: {counted(made.rows, 'row')}, {file.stat().st_size / 1e6:,.1f} MB, {sealed}")
    note(f"Try whether it goes: heliograph verify --restore {file}")


def verify(
    file: File,
    try_restore: Annotated[
        bool, typer.Option("--restore", help="Also restore it into servers of its own, which go afterwards.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check that a backup file is as it was made; with --restore, that it restores as well.

    \b
    Examples:
      heliograph verify friday.backup
      heliograph verify --restore friday.backup
    """
    from tempfile import TemporaryDirectory

    from heliograph.backup.restore import check, restore_into

    passphrase = passphrase_given()
    if try_restore:
        with TemporaryDirectory(prefix="heliograph-verify-") as folder:
            os.chmod(folder, 0o711)
            found = restore_into(Path(folder) / "home", file, passphrase=passphrase, say=note)
    else:
        found = check(file, passphrase=passphrase)
    if as_json:
        show_json(shown(file, found) | {"restored": try_restore})
        return
    what = "restores, and all rows are there" if try_restore else "is as it was made"
    print(f"{file} {what}: {counted(found.rows, 'row')} of {clock(found.made_at[:19])} UTC")


@spread
def restore(
    file: File,
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Restore a backup file into a new home, or with --database-url into an empty database.

    All of the file is checked before anything is touched. What was restored is compared with the backup,
    row by row, brought up to date for this release, and sends nothing until you say so: receivers may have
    got before what waited when the backup was made (`heliograph notices quarantine`).

    \b
    Examples:
      heliograph restore friday.backup --home ~/heliograph-restored
      heliograph up --home ~/heliograph-restored
    """
    from tempfile import TemporaryDirectory

    from heliograph.backup.errors import NotRestorable
    from heliograph.backup.restore import fill, refuse_if_later, refuse_if_tables, restore_into, unpack
    from heliograph.workers.place import in_home

    passphrase = passphrase_given()
    if place.database_url:
        refuse_if_tables(place.database_url)
        with TemporaryDirectory(prefix=".heliograph-restore-", dir=file.absolute().parent) as folder:
            unpacked = unpack(file, Path(folder), passphrase=passphrase)
            refuse_if_later(unpacked.manifest)
            fill(place.database_url, unpacked, say=note)
            found = unpacked.manifest
    elif place.home:
        found = restore_into(place.home, file, passphrase=passphrase, say=note)
    else:
        raise NotRestorable("Name a new folder with --home, or an empty database with --database-url.")
    with in_home(place.home, database_url=place.database_url):
        from heliograph.notices.quarantine import begin_quarantine

        with changing("backup.restore", file.name, made_at=found.made_at):
            begin_quarantine(f"Restored from a backup of {found.made_at[:19]} UTC.", at=now())
    if as_json:
        show_json(shown(file, found))
        return
    print(f"Restored {counted(found.rows, 'row')} of {clock(found.made_at[:19])} UTC. Nothing is sent yet.")
    note("When you have looked: heliograph notices quarantine release (or drop).")


def passphrase_given() -> str | None:
    """The passphrase of the environment, if one is named there."""
    from heliograph.kit.env import Environment

    named = os.environ.get(PASSPHRASE) or os.environ.get(f"{PASSPHRASE}_FILE")
    return Environment().secret(PASSPHRASE) if named else None


def shown(file: Path, made: "Manifest", **more: object) -> dict[str, object]:
    """A backup as JSON."""
    facts = asdict(made)
    tables = {name: {"rows": count, "hash": hash_} for name, (count, hash_) in made.tables.items()}
    return {"file": str(file), **facts, "tables": tables, "rows": made.rows, **more}
