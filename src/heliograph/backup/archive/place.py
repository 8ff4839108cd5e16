"""What lies in an archive: `base/NAME.base` with `NAME.json` beside it, and `wal/SEGMENT`.

All is compressed, and sealed where a passphrase is given.
"""

import gzip
import json
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from heliograph.backup.errors import BadBackup
from heliograph.backup.file import unsealed, writing

SEGMENT = re.compile(r"[0-9A-F]{24}")
# Segments, histories of timelines, and marks of backups.
LOG = re.compile(r"[0-9A-F]{24}(\.[0-9A-F]{8}\.backup|\.partial)?|[0-9A-F]{8}\.history")
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Base:
    """A base backup: from `first_segment` on the log is needed with it; `superuser` may enter the server."""

    name: str
    began_at: datetime
    ended_at: datetime
    first_segment: str
    last_segment: str
    size: int
    sha256: str
    database: str
    superuser: str
    server: str
    postgres: str
    segment_bytes: int
    release: str

    def to_json(self) -> str:
        """As it is written."""
        facts = asdict(self) | {
            "began_at": self.began_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
        }
        return json.dumps(facts, indent=1)

    @classmethod
    def from_json(cls, text: str, *, name: str) -> "Base":
        """As it is read; BadBackup if it is none of ours."""
        try:
            facts = json.loads(text)
            times = {key: datetime.fromisoformat(facts[key]) for key in ("began_at", "ended_at")}
            return cls(**{**facts, **times})
        except (ValueError, TypeError, KeyError) as fault:
            raise BadBackup(f"{name} does not describe a base backup.") from fault


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder that holds base backups and the log, and what opens them."""

    folder: Path
    passphrase: str | None = None

    @property
    def bases_folder(self) -> Path:
        """Where base backups are."""
        return self.folder / "base"

    @property
    def log_folder(self) -> Path:
        """Where the log is."""
        return self.folder / "wal"

    def prepare(self) -> None:
        """Make its folders, private."""
        for folder in (self.bases_folder, self.log_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def bases(self) -> list[Base]:
        """The base backups that are whole, oldest first."""
        files = sorted(self.bases_folder.glob("*.json"))
        found = [Base.from_json(file.read_text(), name=str(file)) for file in files]
        return sorted(found, key=lambda base: base.ended_at)

    def segments(self) -> list[str]:
        """The names of all segments of the log, in their order."""
        if not self.log_folder.is_dir():
            return []
        return sorted(file.name for file in self.log_folder.iterdir() if SEGMENT.fullmatch(file.name))

    def base_file(self, base: Base) -> Path:
        """Where its content lies."""
        return self.bases_folder / f"{base.name}.base"

    def writing(self, target: Path) -> AbstractContextManager[IO[bytes]]:
        """A file to write to, for a block; it stands under its name only when it is whole and on the disk."""
        return writing(target, passphrase=self.passphrase)

    def reading(self, source: Path) -> AbstractContextManager[IO[bytes]]:
        """What was written to a file, for a block."""
        return unsealed(source, passphrase=self.passphrase)


def keep_log(archive: Archive, source: Path, name: str) -> bool:
    """Keep a file of the log; False if it is kept already. BadBackup if another one of its name is.

    What `archive_command` is to do: when this returns, the file survives a crash.
    """
    if not LOG.fullmatch(name):
        raise BadBackup(f"'{name}' is no file of PostgreSQL's log.")
    archive.prepare()
    target = archive.log_folder / name
    if target.exists():
        with open(source, "rb") as new, unpacked(archive, target) as kept:
            if new.read() != kept.read():
                raise BadBackup(
                    f"{target} holds another log of the same name: is it that of another server? Choose a "
                    "folder of its own for each."
                )
        return False
    # The fastest level: segments are half empty more often than not.
    with (
        archive.writing(target) as out,
        gzip.GzipFile("", "wb", 1, fileobj=out) as packed,
        open(source, "rb") as file,
    ):
        shutil.copyfileobj(file, packed, BLOCK)
    return True


def fetch_log(archive: Archive, name: str, target: Path) -> bool:
    """Lay a file of the log where the server asks for it; False if there is none of that name."""
    source = archive.log_folder / name
    if not LOG.fullmatch(name) or not source.exists():
        return False
    partial = target.with_name(f"{target.name}.part")
    with unpacked(archive, source) as kept, open(partial, "wb") as out:
        shutil.copyfileobj(kept, out, BLOCK)
    partial.replace(target)
    return True


@contextmanager
def unpacked(archive: Archive, file: Path) -> Iterator[IO[bytes]]:
    """The content of a file of the log, for a block; BadBackup if it was changed."""
    try:
        with archive.reading(file) as sealed, gzip.GzipFile(fileobj=sealed) as kept:
            yield cast(IO[bytes], kept)
    except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise BadBackup(f"{file} was changed or cut off.") from fault
