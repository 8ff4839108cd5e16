"""`heliograph archive`: base backups of a server and its log, from which any moment can be restored."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.backup import passphrase_given
from heliograph.cli.moments import moment, now
from heliograph.cli.options import AsJson
from heliograph.cli.output import clock, counted, note, show_json, show_table, utc
from heliograph.cli.progress import busy, counting
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.backup.archive.place import Archive, Base
    from heliograph.kit.account import Account

URL = "HELIOGRAPH_BACKUP_DATABASE_URL"


@dataclass(frozen=True)
class Folder:
    """Where the archive lies."""

    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive",
            envvar="HELIOGRAPH_ARCHIVE",
            metavar="DIR",
            help="The folder of the archive; one for each server.",
        ),
    ] = None

    def open(self) -> "Archive":
        """The archive, with the passphrase of the environment."""
        from heliograph.backup.archive.place import Archive

        if self.archive is None:
            raise UserError("Name the folder of the archive with --archive, or in HELIOGRAPH_ARCHIVE.")
        return Archive(self.archive, passphrase_given())


RunAs = Annotated[
    str | None,
    typer.Option(
        "--account", help="As root: whose the folder is, and who runs the server. Default: postgres."
    ),
]


@dataclass(frozen=True)
class Kept:
    """How many base backups stay: of each of the last days, weeks and months the newest."""

    daily: Annotated[int, typer.Option("--daily", min=1, help="Days.")] = 7
    weekly: Annotated[int, typer.Option("--weekly", min=0, help="Weeks.")] = 4
    monthly: Annotated[int, typer.Option("--monthly", min=0, help="Months.")] = 12


archive = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@archive.callback()
def about() -> None:
    """Keep base backups of a PostgreSQL server and its log, and restore it as of any moment.

    For servers of your own; `heliograph backup` is for the embedded one. In postgresql.conf:

    \b
      archive_mode = on
      archive_timeout = 60
      archive_command = 'heliograph archive wal --archive DIR "%p" "%f"'
    """


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(archive, name="archive")


@archive.command("base")
@spread
def base(
    folder: Folder,
    kept: Kept,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url", envvar=[URL, "DATABASE_URL"], metavar="URL", help="A role that may replicate."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a base backup of a running server, and delete those that are not to be kept any more.

    \b
    Example:
      heliograph archive base --archive /var/backups/heliograph
    """
    from heliograph.backup.archive.take import Keep, prune, take_base

    if not database_url:
        raise UserError(f"Name the server with --database-url, or in {URL}.")
    place = folder.open()
    with busy("taking a base backup"):
        taken = take_base(place, url=database_url, at=now())
    gone, logs = prune(place, Keep(kept.daily, kept.weekly, kept.monthly))
    if as_json:
        show_json(shown(taken) | {"deleted": gone, "deleted_log_files": logs})
        return
    print(f"Base backup {taken.name}: {taken.size / 1e6:,.1f} MB")
    if gone or logs:
        note(f"Deleted {counted(len(gone), 'base backup')} and {counted(logs, 'file')} of the log.")


@archive.command("wal")
@spread
def wal(
    folder: Folder,
    path: Annotated[Path, typer.Argument(help="Where the file lies (%p).", show_default=False)],
    name: Annotated[str, typer.Argument(help="Its name (%f).", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Keep one file of the log; PostgreSQL calls this as its archive_command.

    It succeeds when the file is on the disk. One that is kept already is compared: another content is
    refused, since then two servers use the same folder.

    \b
    Example:
      heliograph archive wal --archive /var/backups/heliograph pg_wal/000000010000000000000003 \\
        000000010000000000000003
    """
    from heliograph.backup.archive.place import keep_log

    new = keep_log(folder.open(), path, name)
    if as_json:
        show_json({"name": name, "new": new})


@archive.command("fetch")
@spread
def fetch(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="Its name (%f).", show_default=False)],
    path: Annotated[Path, typer.Argument(help="Where it is to lie (%p).", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Lay a file of the log where PostgreSQL asks for it; exit code 1 if there is none.

    As a restore_command, for standby servers that read from an archive; `heliograph archive restore` does
    without.

    \b
    Example:
      heliograph archive fetch --archive /var/backups/heliograph 000000010000000000000003 \\
        pg_wal/RECOVERYXLOG
    """
    from heliograph.backup.archive.place import fetch_log

    found = fetch_log(folder.open(), name, path)
    if as_json:
        show_json({"name": name, "found": found})
    if not found:
        raise typer.Exit(1)


@archive.command("list")
@spread
def list_(folder: Folder, as_json: AsJson = False) -> None:
    """List base backups, and how far the log reaches.

    \b
    Example:
      heliograph archive list --archive /var/backups/heliograph
    """
    from heliograph.backup.archive.check import gaps

    place = folder.open()
    bases, segments = place.bases(), place.segments()
    if as_json:
        rows = [shown(one) | {"missing_segments": gaps(place, one)} for one in bases]
        show_json({"bases": rows, "segments": len(segments), "newest_segment": (segments or [None])[-1]})
        return
    if not bases:
        note("There is no base backup yet; take one with `heliograph archive base`.")
        return
    columns = ["base backup", "taken (UTC)", ">MB", "PostgreSQL", "log behind it"]
    show_table(columns, [_row(place, one) for one in bases])
    print(f"{counted(len(segments), 'segment')} of the log")


@archive.command("verify")
@spread
def verify(folder: Folder, as_json: AsJson = False) -> None:
    """Check that base backups are as they were made, and that no part of the log behind them is missing.

    \b
    Example:
      heliograph archive verify --archive /var/backups/heliograph
    """
    from heliograph.backup.archive.check import check_base, gaps

    place = folder.open()
    bases = place.bases()
    for one in bases:
        with busy(f"reading {one.name}"):
            check_base(place, one)
    missing = {one.name: found for one in bases if (found := gaps(place, one))}
    if as_json:
        show_json({"bases": [one.name for one in bases], "missing_segments": missing})
    else:
        print(f"{counted(len(bases), 'base backup')} as made.")
        for name, found in missing.items():
            print(f"Behind {name} {counted(len(found), 'segment')} missing from {found[0]} on.")
    if missing or not bases:
        raise typer.Exit(1)


@archive.command("restore")
@spread
def restore(
    folder: Folder,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="A new data folder for PostgreSQL.")],
    to: Annotated[
        str, typer.Option("--to", metavar="TIME|latest", help="Such as 2026-12-01T02:15:00Z.")
    ] = "latest",
    account: RunAs = None,
    as_json: AsJson = False,
) -> None:
    """Make a data folder for PostgreSQL as the server was at a moment; let your server run on it then.

    The newest base backup before it is checked and unpacked, and the log gone over up to the moment.
    Nothing is sent from there until you say so (`heliograph notices quarantine`).

    \b
    Examples:
      heliograph archive restore --into /var/lib/postgresql/15/restored
      heliograph archive restore --to 2026-12-01T02:15:00Z --into /srv/restored --account postgres
    """
    from heliograph.backup.archive.restore import restore_server

    wanted = None if to == "latest" else moment(to, option="--to")
    done = restore_server(folder.open(), to=wanted, into=into, account=owner(account), say=note)
    if as_json:
        show_json({"base": shown(done), "folder": str(into), "to": utc(wanted)})
        return
    print(f"{into} is the server as of {clock(wanted) + ' UTC' if wanted else 'its newest moment'}.")
    note("Nothing is sent from it: when you have looked, `heliograph notices quarantine release` (or drop).")


@archive.command("drill")
@spread
def drill(
    folder: Folder,
    scratch: Annotated[
        Path | None,
        typer.Option("--scratch", metavar="DIR", help="Where there is room for it. Default: the archive."),
    ] = None,
    account: RunAs = None,
    as_json: AsJson = False,
) -> None:
    """Try whether the archive restores: into a server of its own that goes again, reading every row.

    How it went is kept beside the archive, where health and alerts see it; exit code 1 if it failed.

    \b
    Example:
      heliograph archive drill --archive /var/backups/heliograph
    """
    from heliograph.backup.archive.trial import try_restore

    place = folder.open()
    found = try_restore(place, scratch=scratch or place.folder, account=owner(account), clock=now, say=note)
    if as_json:
        show_json({"at": utc(found.at), "ok": not found.error, "error": found.error, **found.facts})
    elif not found.error:
        facts = found.facts
        print(f"{facts['base']} restores: {facts['rows']:,} rows in {facts['seconds']} s")
    if found.error:
        note(found.error)
        raise typer.Exit(1)


@archive.command("copy")
@spread
def copy(
    folder: Folder,
    elsewhere: Annotated[
        str | None,
        typer.Option(
            "--to",
            envvar="HELIOGRAPH_BACKUPS_ELSEWHERE",
            metavar="PLACE",
            help="A folder, s3://bucket/prefix, or what rsync takes.",
        ),
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="From there to here, what is missing here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the archive to another place, or back from it; what is there already is left as it is.

    How it went is kept beside the archive, where health and alerts see it; exit code 1 if it failed. The
    store of s3:// is named by HELIOGRAPH_S3_ENDPOINT, ..._KEY_ID and ..._SECRET.

    \b
    Examples:
      heliograph archive copy --to s3://backups/heliograph
      heliograph archive copy --to backup@other-host:heliograph
    """
    from heliograph.backup.archive.elsewhere import copy_back, copy_there

    if not elsewhere:
        raise UserError("Name the place with --to, or in HELIOGRAPH_BACKUPS_ELSEWHERE.")
    with counting("files") as tell:
        if back:
            count = copy_back(folder.open(), elsewhere, say=tell)
        else:
            found = copy_there(folder.open(), elsewhere, clock=now, say=tell)
    if back:
        show_json({"files": count}) if as_json else print(f"{counted(count, 'file')} brought back")
        return
    if as_json:
        show_json({"at": utc(found.at), "ok": not found.error, "error": found.error, **found.facts})
    elif not found.error:
        print(f"Copied to {elsewhere}: {found.facts.get('files', 'what was new')} files")
    if found.error:
        note(found.error)
        raise typer.Exit(1)


def owner(account: str | None) -> "Account | None":
    """As root, the account that PostgreSQL is to run as."""
    from heliograph.kit.account import Account

    if os.geteuid() != 0:
        return None
    return Account.named(account or os.environ.get("HELIOGRAPH_ACCOUNT") or "postgres")


def shown(one: "Base") -> dict[str, object]:
    """A base backup as JSON."""
    return {
        "name": one.name,
        "taken_at": utc(one.ended_at),
        "bytes": one.size,
        "first_segment": one.first_segment,
        "postgres": one.postgres,
        "release": one.release,
        "sha256": one.sha256,
    }


def _row(place: "Archive", one: "Base") -> list[str]:
    from heliograph.backup.archive.check import gaps

    missing = gaps(place, one)
    log = f"missing from {missing[0]} on" if missing else "whole"
    return [one.name, clock(one.ended_at), f"{one.size / 1e6:,.1f}", one.postgres, log]
