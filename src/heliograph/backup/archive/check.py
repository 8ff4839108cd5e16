"""Whether an archive would restore: hashes of base backups, and a log without gaps behind each."""

from collections.abc import Iterator
from hashlib import sha256

from heliograph.backup.archive.place import BLOCK, Archive, Base
from heliograph.backup.errors import BadBackup


def check_base(archive: Archive, base: Base) -> None:
    """Read all of a base backup; BadBackup if it is not as it was made."""
    file, digest = archive.base_file(base), sha256()
    if not file.exists():
        raise BadBackup(f"{file} is missing.")
    with archive.reading(file) as content:
        while block := content.read(BLOCK):
            digest.update(block)
    if digest.hexdigest() != base.sha256:
        raise BadBackup(f"{file} is not as it was made: its hash differs.")


def gaps(archive: Archive, base: Base) -> list[str]:
    """The segments behind a base backup that are missing before the newest of its timeline: from the first of
    them on no moment can be restored. Empty if there is none.
    """
    timeline, size = base.first_segment[:8], base.segment_bytes
    there = {name for name in archive.segments() if name.startswith(timeline)}
    if not there:
        return []
    newest = _number(max(there), size)
    wanted = _names(timeline, _number(base.first_segment, size), newest, size)
    return [name for name in wanted if name not in there]


def _number(name: str, size: int) -> int:
    """The how manieth segment it is: its name has the upper half of its place, and its number within that."""
    return int(name[8:16], 16) * ((1 << 32) // size) + int(name[16:24], 16)


def _names(timeline: str, first: int, last: int, size: int) -> Iterator[str]:
    each = (1 << 32) // size
    for number in range(first, last + 1):
        yield f"{timeline}{number // each:08X}{number % each:08X}"
