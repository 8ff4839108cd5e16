"""The files of candles in a folder."""

from collections.abc import Iterator
from pathlib import Path

from heliograph.market.errors import BadFile

ENDINGS = (".csv", ".txt", ".tsv", ".json", ".parquet", ".feather", ".zip", ".gz")
# What an import wrote beside a file.
SKIPPED = ".skipped.csv"


def candle_files(path: Path) -> Iterator[Path]:
    """The path itself, or the files in and below a folder that may hold candles, by name."""
    if not path.is_dir():
        yield path
        return
    files = [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix.lower() in ENDINGS and not file.name.endswith(SKIPPED) and file.is_file()
    ]
    if not files:
        raise BadFile(str(path), f"has no file of candles in it ({', '.join(ENDINGS)})")
    yield from files
