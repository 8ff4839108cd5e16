"""The files of an upload: a folder of their own, safe names, and no bombs."""

import gzip
import os
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import polars as pl

from heliograph.market.errors import BadFile
from heliograph.market.sources.files.folder import ENDINGS
from heliograph.market.sources.files.limits import allowed

LONGEST_NAME = 150
PIECE = 1 << 20
# A folder that nobody asked for again so long is removed.
KEPT_SECONDS = 7 * 86_400
UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:]")


def new_folder(root: Path, *, at: datetime) -> Path:
    """A new folder for the files of one upload; those that are forgotten are removed on the way."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = at.timestamp()
    for old in root.iterdir():
        if old.is_dir() and now - old.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    folder = root / secrets.token_hex(12)
    folder.mkdir(mode=0o700)
    return folder


def safe_name(written: str) -> str:
    """The name of an uploaded file without folders; BadFile if none is left or its ending is no candles'."""
    name = UNSAFE.sub("_", written.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if not name:
        raise BadFile("A file", "has no name; give it one, such as BTC_USDT-1h.csv")
    if len(name.encode()) > LONGEST_NAME:
        raise BadFile(name[:60] + "…", f"has a name of more than {LONGEST_NAME} bytes; shorten it")
    if Path(name).suffix.lower() not in ENDINGS:
        raise BadFile(name, f"is no file of candles by its ending ({', '.join(ENDINGS)})")
    return name


def keep_files(files: Sequence[tuple[str, Callable[[Path], None]]], folder: Path) -> None:
    """Put files into a folder under their own names, each by its `move`; two of one name get a number."""
    for name, move in files:
        target, number = folder / name, 2
        while target.exists():
            stem, ending = os.path.splitext(name)
            target, number = folder / f"{stem} ({number}){ending}", number + 1
        move(target)


def refuse_oversize(path: Path, *, most_rows: int) -> None:
    """BadFile if a file unfolds to far more than it should, or holds more rows than that.

    Counted piece by piece, so that a bomb costs neither memory nor much time.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith((b"PAR1", b"ARROW1")):
        rows = _columnar_rows(path, is_parquet=head.startswith(b"PAR1"))
    else:
        most = allowed(path.stat().st_size)
        rows = sum(_lines(path, opened, most=most) for opened in _opened(path, head))
    if rows > most_rows:
        raise BadFile(
            str(path),
            f"holds more than {most_rows:,} rows, the most that an upload may hold; split it, or use"
            " `heliograph import` on the machine itself",
        )


def _columnar_rows(path: Path, *, is_parquet: bool) -> int:
    try:
        scan = pl.scan_parquet(path) if is_parquet else pl.scan_ipc(path)
        return int(scan.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError, ValueError) as fault:
        kind = "Parquet" if is_parquet else "Feather"
        raise BadFile(str(path), f"is no whole {kind} file; copy it again") from fault


def _opened(path: Path, head: bytes) -> Iterator[Callable[[], BinaryIO]]:
    """What opens each stream of text in a file."""
    if head.startswith(b"PK\3\4"):
        try:
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    if not member.is_dir():
                        yield partial(archive.open, member)
        except (zipfile.BadZipFile, OSError, NotImplementedError) as fault:
            raise BadFile(str(path), f"is no whole zip file ({fault}); copy it again") from fault
    elif head.startswith(b"\x1f\x8b"):
        yield partial(gzip.open, path)
    else:
        yield partial(open, path, "rb")


def _lines(path: Path, opened: Callable[[], BinaryIO], *, most: int) -> int:
    lines = read = 0
    try:
        with closing(opened()) as file:
            while piece := file.read(PIECE):
                read += len(piece)
                # JSON may stand on one line: a row of it ends with a bracket.
                lines += max(piece.count(b"\n"), piece.count(b"]"), piece.count(b"}"))
                if read > most:
                    raise BadFile(
                        str(path),
                        f"unfolds to more than {most / (1 << 20):,.0f} MiB, far more than such a file holds;"
                        " split it if that is true",
                    )
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as fault:
        raise BadFile(str(path), f"cannot be unpacked ({fault}); copy it again") from fault
    return lines
