"""Backup files: a tar archive whose first member says what follows, sealed where a passphrase is given."""

import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, cast

from heliograph.backup.cipher import MAGIC, Opened, Sealed, is_sealed
from heliograph.backup.errors import BadBackup, BadPassphrase
from heliograph.backup.manifest import MANIFEST, Manifest, Part

BLOCK = 1 << 20


def part_of(path: Path, *, name: str) -> Part:
    """The size and hash of a file."""
    found, size = sha256(), 0
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
            size += len(block)
    return Part(name, size, found.hexdigest())


def write(target: Path, manifest: Manifest, sources: dict[str, Path], *, passphrase: str | None) -> None:
    """Write a backup file, on the disk before its name stands there; one of that name is replaced."""
    with writing(target, passphrase=passphrase) as out, tarfile.open(fileobj=out, mode="w|") as tar:
        _add(tar, MANIFEST, io.BytesIO(data := manifest.to_json()), len(data))
        for part in manifest.parts:
            with open(sources[part.name], "rb") as file:
                _add(tar, part.name, file, part.size)


@contextmanager
def writing(target: Path, *, passphrase: str | None) -> Iterator[IO[bytes]]:
    """A private file to write to, for a block, sealed where a passphrase is given; it stands under its name
    only when it is whole and on the disk.
    """
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as plain:
            sealed = Sealed(plain, passphrase) if passphrase else None
            yield cast(IO[bytes], sealed or plain)
            if sealed:
                sealed.finish()
            plain.flush()
            os.fsync(plain.fileno())
        partial.replace(target)
        _sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


class Reading:
    """A backup file that is open: its manifest, then its parts, each checked as it is read."""

    def __init__(self, tar: tarfile.TarFile, *, name: str) -> None:
        self._tar, self._name = tar, name
        member = self._next()
        if member is None or member.name != MANIFEST:
            raise BadBackup(f"{name} is no backup of Heliograph.")
        self.manifest = Manifest.from_json(self._content(member).read(), name=name)

    def parts(self) -> Iterator[tuple[Part, IO[bytes]]]:
        """Each part with its content, which is to be read to its end; BadBackup where it is not as made."""
        for part in self.manifest.parts:
            member = self._next()
            if member is None or (member.name, member.size) != (part.name, part.size) or not member.isfile():
                raise BadBackup(f"{self._name}: {part.name} is missing or of another size.")
            checked = self._content(member)
            yield part, cast(IO[bytes], checked)
            if checked.digest() != part.sha256:
                raise BadBackup(f"{self._name}: {part.name} is not as it was made: its hash differs.")

    def _next(self) -> tarfile.TarInfo | None:
        try:
            return self._tar.next()
        except tarfile.TarError as fault:
            raise BadBackup(f"{self._name} was cut off or changed, or is no backup.") from fault

    def _content(self, member: tarfile.TarInfo) -> "Checked":
        content = self._tar.extractfile(member)
        if content is None:
            raise BadBackup(f"{self._name}: {member.name} is no file.")
        return Checked(content, name=self._name)


class Checked:
    """Passes on what it reads, and knows its hash; BadBackup where the file ends too early."""

    def __init__(self, source: IO[bytes], *, name: str) -> None:
        self._source, self._name, self._hash = source, name, sha256()

    def read(self, size: int = -1) -> bytes:
        """So many bytes; all that is left without a size."""
        try:
            data = self._source.read() if size < 0 else self._source.read(size)
        except tarfile.TarError as fault:
            raise BadBackup(f"{self._name} was cut off.") from fault
        self._hash.update(data)
        return data

    def digest(self) -> str:
        """The hash of all of it, what was not read included."""
        while self.read(BLOCK):
            pass
        return self._hash.hexdigest()


@contextmanager
def reading(path: Path, *, passphrase: str | None) -> Iterator[Reading]:
    """Open a backup file, for a block; BadBackup if it is none, BadPassphrase if it does not open."""
    with ExitStack() as stack:
        try:
            source = stack.enter_context(unsealed(path, passphrase=passphrase))
        except OSError as fault:
            raise BadBackup(f"{path} cannot be read ({fault.strerror}).") from fault
        try:
            tar = stack.enter_context(tarfile.open(fileobj=source, mode="r|"))
        except tarfile.TarError as fault:
            raise BadBackup(f"{path} is no backup of Heliograph.") from fault
        yield Reading(tar, name=str(path))


@contextmanager
def unsealed(path: Path, *, passphrase: str | None) -> Iterator[IO[bytes]]:
    """The content of a file that `writing` wrote, for a block; BadPassphrase if it does not open."""
    with open(path, "rb") as file:
        sealed = is_sealed(file.read(len(MAGIC)))
        file.seek(0)
        if sealed and not passphrase:
            raise BadPassphrase(
                f"{path} is sealed; set HELIOGRAPH_BACKUP_PASSPHRASE, or HELIOGRAPH_BACKUP_PASSPHRASE_FILE."
            )
        yield cast(IO[bytes], Opened(file, passphrase or "", name=str(path)) if sealed else file)


def _sync_folder(folder: Path) -> None:
    """What was renamed in a folder stands there after a crash, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, file)
