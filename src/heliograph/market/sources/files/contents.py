"""Open a file by what it holds, whatever it is called."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from heliograph.market.errors import BadFile
from heliograph.market.sources.files.columnar import read_feather, read_json, read_parquet
from heliograph.market.sources.files.layout import Layout
from heliograph.market.sources.files.limits import MOST, allowed, refuse_bomb
from heliograph.market.sources.files.table import Faults, Table
from heliograph.market.sources.files.text import read_text

TEXT_ENDINGS = (".csv", ".txt", ".json", ".tsv")


@dataclass(frozen=True, slots=True)
class Content:
    """One table of a file, as `file` names it in messages, with what is known of its rows."""

    file: str
    table: Table
    layout: Layout
    faults: Faults


def open_file(path: Path, *, format: str | None = None) -> Iterator[Content]:
    """The tables of a file; an archive has one for each file in it."""
    name = str(path)
    if path.is_fifo():
        yield _written(name, "", _piped(path), format=format)
        return
    size, head = _head(path)
    if head.startswith(b"PAR1"):
        yield Content(name, *read_parquet(path))
    elif head.startswith(b"ARROW1"):
        yield Content(name, *read_feather(path))
    elif head.startswith(b"PK\3\4"):
        yield from _zipped(path, size=size, format=format)
    elif head.startswith(b"\x1f\x8b"):
        yield _written(name, path.with_suffix("").stem, _gunzipped(path, size=size), format=format)
    else:
        refuse_bomb(name, size=size, claims=size)
        yield _written(name, path.stem, path.read_bytes(), format=format)


def _piped(path: Path) -> bytes:
    """All that comes through a pipe, which must be text: the other formats are read from their end."""
    with path.open("rb") as pipe:
        data = pipe.read(MOST + 1)
    refuse_bomb(str(path), size=MOST, claims=len(data))
    if not data:
        raise BadFile(str(path), "is empty; there is nothing to import")
    if data.startswith((b"PAR1", b"ARROW1", b"PK\3\4", b"\x1f\x8b")):
        raise BadFile(str(path), "is a pipe, through which only plain text is read; name the file itself")
    return data


def _head(path: Path) -> tuple[int, bytes]:
    if path.is_dir():
        raise BadFile(str(path), "is a folder; name a file in it")
    try:
        with path.open("rb") as file:
            head = file.read(8)
        size = path.stat().st_size
    except OSError as fault:
        raise BadFile(str(path), f"cannot be read ({(fault.strerror or 'unknown').lower()})") from fault
    if not size:
        raise BadFile(str(path), "is empty; there is nothing to import")
    return size, head


def _written(file: str, stem: str, data: bytes, *, format: str | None) -> Content:
    if data.lstrip()[:1] in (b"[", b"{"):
        return Content(file, *read_json(file, stem, data))
    return Content(file, *read_text(file, stem, data, format=format))


def _gunzipped(path: Path, *, size: int) -> bytes:
    try:
        with gzip.open(path) as file:
            data = file.read(allowed(size) + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise BadFile(str(path), f"is no whole gzip file ({fault}); copy it again") from fault
    refuse_bomb(str(path), size=size, claims=len(data))
    return data


def _zipped(path: Path, *, size: int, format: str | None) -> Iterator[Content]:
    name = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if Path(m.filename).suffix.lower() in TEXT_ENDINGS]
            refuse_bomb(name, size=size, claims=sum(member.file_size for member in members))
            if not members:
                raise BadFile(name, "holds no file of candles (.csv, .txt or .json)")
            for member in members:
                if member.flag_bits & 1:
                    raise BadFile(name, "is encrypted; unpack it first")
                data = archive.read(member)
                yield _written(f"{name}: {member.filename}", Path(member.filename).stem, data, format=format)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError) as fault:
        raise BadFile(name, f"is no whole zip file ({fault}); copy it again") from fault
