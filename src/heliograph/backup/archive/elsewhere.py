"""Copies of an archive at another place: a folder, what rsync reaches, or a store that speaks S3."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from heliograph.backup.archive.place import Archive
from heliograph.backup.archive.told import COPIED, Told, tell
from heliograph.backup.errors import BadBackup, ProgramFailed
from heliograph.backup.file import writing
from heliograph.backup.programs import last_words
from heliograph.errors import HeliographError
from heliograph.kit.env import Environment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Tell = Callable[[int, int, str], None]
S3 = "s3://"


class Place(Protocol):
    """Another place for files with names such as `wal/000000010000000000000003`."""

    def sizes(self) -> dict[str, int]:
        """The bytes of each file there."""

    def put(self, source: Path, name: str) -> None:
        """Copy a file there, whole or not at all."""

    def get(self, name: str, target: Path) -> None:
        """Copy a file from there."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, such as a disk of another one."""

    path: Path

    def sizes(self) -> dict[str, int]:
        """As they lie there."""
        files = (file for file in self.path.rglob("*") if file.is_file() and not file.name.startswith("."))
        return {str(file.relative_to(self.path)): file.stat().st_size for file in files}

    def put(self, source: Path, name: str) -> None:
        """Written beside it first."""
        target = self.path / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with writing(target, passphrase=None) as out, open(source, "rb") as file:
            shutil.copyfileobj(file, out, 1 << 20)

    def get(self, name: str, target: Path) -> None:
        """As it lies there."""
        shutil.copyfile(self.path / name, target)


@dataclass(frozen=True, slots=True)
class Store:
    """A bucket of a store that speaks S3; it checks the SHA-256 of each part that it takes."""

    bucket: str
    prefix: str
    client: "S3Client"

    @classmethod
    def of(cls, address: str, environment: Environment) -> "Store":
        """The store of `s3://bucket/prefix`, with the key and the endpoint of the environment."""
        import boto3
        from botocore.config import Config

        bucket, _, prefix = address.removeprefix(S3).strip("/").partition("/")
        client = boto3.client(
            "s3",
            endpoint_url=environment.text("HELIOGRAPH_S3_ENDPOINT", default="") or None,
            region_name=environment.text("HELIOGRAPH_S3_REGION", default="us-east-1"),
            aws_access_key_id=environment.text("HELIOGRAPH_S3_KEY_ID"),
            aws_secret_access_key=environment.secret("HELIOGRAPH_S3_SECRET"),
            verify=environment.text("HELIOGRAPH_S3_CA", default="") or None,
            config=Config(retries={"mode": "standard", "max_attempts": 5}),
        )
        return cls(bucket, f"{prefix}/" if prefix else "", client)

    def sizes(self) -> dict[str, int]:
        """As the store lists them."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        objects: Iterator[Any] = (one for page in pages for one in page.get("Contents", ()))
        return {one["Key"].removeprefix(self.prefix): one["Size"] for one in objects}

    def put(self, source: Path, name: str) -> None:
        """In parts where it is large."""
        more = {"ChecksumAlgorithm": "SHA256"}
        self.client.upload_file(str(source), self.bucket, self.prefix + name, ExtraArgs=more)

    def get(self, name: str, target: Path) -> None:
        """In parts where it is large; the store's checksum is compared."""
        more = {"ChecksumMode": "ENABLED"}
        self.client.download_file(self.bucket, self.prefix + name, str(target), ExtraArgs=more)


def copy_there(archive: Archive, elsewhere: str, *, clock: Callable[[], datetime], say: Tell) -> Told:
    """Copy what is not elsewhere yet; nothing is deleted there. How it went is written beside the archive."""
    try:
        facts = _rsync(archive, elsewhere) if _is_rsync(elsewhere) else _copy(archive, elsewhere, say=say)
    except (HeliographError, OSError) as fault:
        return tell(archive, COPIED, at=clock(), error=str(fault).splitlines()[0])
    except Exception as fault:  # noqa: BLE001 - the library of the store has many bases of its errors
        return tell(archive, COPIED, at=clock(), error=f"{elsewhere}: {fault}")
    return tell(archive, COPIED, at=clock(), elsewhere=elsewhere, **facts)


def copy_back(archive: Archive, elsewhere: str, *, say: Tell) -> int:
    """Copy from elsewhere what the archive lacks; how many files."""
    if _is_rsync(elsewhere):
        raise BadBackup(f"Bring it back by rsync itself: rsync -a {elsewhere}/ {archive.folder}/")
    place, here = _place(elsewhere), Folder(archive.folder).sizes()
    wanted = [name for name, size in place.sizes().items() if here.get(name) != size and _is_ours(name)]
    archive.prepare()
    for number, name in enumerate(wanted):
        say(number, len(wanted), name)
        partial = archive.folder / f".{Path(name).name}.part"
        place.get(name, partial)
        partial.chmod(0o600)
        partial.replace(archive.folder / name)
    return len(wanted)


def _copy(archive: Archive, elsewhere: str, *, say: Tell) -> dict[str, object]:
    place = _place(elsewhere)
    there, here = place.sizes(), Folder(archive.folder).sizes()
    # What describes a base backup goes behind it: a copy that is cut off holds nothing that is not whole.
    wanted = sorted((name for name in here if _is_ours(name) and there.get(name) != here[name]), key=_order)
    for number, name in enumerate(wanted):
        say(number, len(wanted), name)
        place.put(archive.folder / name, name)
    return {"files": len(wanted), "bytes": sum(here[name] for name in wanted)}


def _rsync(archive: Archive, elsewhere: str) -> dict[str, object]:
    command = ["rsync", "-a", "--include=/base/***", "--include=/wal/***", "--exclude=*"]
    done = subprocess.run(
        [*command, "--exclude=.*", f"{archive.folder}/", elsewhere],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise ProgramFailed(f"rsync failed: {last_words(done.stderr)}")
    return {}


def _place(elsewhere: str) -> Place:
    return Store.of(elsewhere, Environment()) if elsewhere.startswith(S3) else Folder(Path(elsewhere))


def _is_rsync(elsewhere: str) -> bool:
    return not elsewhere.startswith((S3, "/"))


def _is_ours(name: str) -> bool:
    parts = Path(name).parts
    return len(parts) == 2 and parts[0] in {"base", "wal"} and os.sep not in parts[1]


def _order(name: str) -> tuple[bool, str]:
    return name.endswith(".json"), name
