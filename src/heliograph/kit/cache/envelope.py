"""What lies in Redis and in the table: a head with a checksum, lifetimes and tags, then the value."""

import struct
import threading
import zlib
from typing import NamedTuple

import zstandard

from heliograph.kit.cache.errors import Unreadable

MAGIC = b"HC"
VERSION = 1
# Magic, version, checksum of all that follows, flags, times in seconds since 1970, cost, count of tags.
HEAD = struct.Struct("<2sBIBdddfH")
CHECKED = 7
TAG = struct.Struct("<qH")
COMPRESSED, FAILURE = 1, 2
# Compressed if that takes away a tenth.
WORTH, SAMPLE = 0.9, 16_384

Versions = tuple[tuple[str, int], ...]


class Envelope(NamedTuple):
    """An entry. `made`, `fresh_until`, `dead_at` in seconds since 1970; `cost` in seconds of computing.

    `tags` with the versions they had when the value was asked for. `is_failure`: the body is the failure that
    computing gave.
    """

    body: bytes
    made: float
    fresh_until: float
    dead_at: float
    cost: float
    tags: Versions = ()
    is_failure: bool = False


class _Press(threading.local):
    """One of each for every thread: they are not to be shared."""

    def __init__(self) -> None:
        self.squeeze = zstandard.ZstdCompressor(level=1).compress
        self.widen = zstandard.ZstdDecompressor().decompress


PRESS = _Press()


def seal(envelope: Envelope, *, compress_over: int) -> bytes:
    """The bytes of an entry; bodies over a size are compressed if that makes them smaller."""
    body, flags = envelope.body, FAILURE if envelope.is_failure else 0
    if len(body) > compress_over and _shrinks(body):
        small = PRESS.squeeze(body)
        if len(small) < WORTH * len(body):
            body, flags = small, flags | COMPRESSED
    parts = [b""]
    for tag, version in envelope.tags:
        name = tag.encode()
        parts += [TAG.pack(version, len(name)), name]
    parts.append(body)
    times = (envelope.made, envelope.fresh_until, envelope.dead_at, envelope.cost)
    parts[0] = HEAD.pack(MAGIC, VERSION, 0, flags, *times, len(envelope.tags))
    whole = bytearray(b"".join(parts))
    struct.pack_into("<I", whole, 3, zlib.crc32(memoryview(whole)[CHECKED:]))
    return bytes(whole)


def _shrinks(body: bytes) -> bool:
    """Large bodies are judged by a sample: noise, as engine states are, would cost milliseconds in vain."""
    sample = body[len(body) // 2 :][:SAMPLE]
    return len(body) < 4 * SAMPLE or len(PRESS.squeeze(sample)) < WORTH * len(sample)


def unseal(data: bytes) -> Envelope:
    """The entry of these bytes; Unreadable if they are not one of this version, whole and unharmed."""
    try:
        magic, version, checksum, flags, made, fresh, dead, cost, count = HEAD.unpack_from(data)
    except struct.error as fault:
        raise Unreadable("The entry is cut short.") from fault
    if magic != MAGIC or version != VERSION:
        raise Unreadable(f"The entry is of version {version}, not {VERSION}.")
    if zlib.crc32(memoryview(data)[CHECKED:]) != checksum:
        raise Unreadable("The entry is damaged.")
    place, tags = HEAD.size, []
    for _ in range(count):
        number, length = TAG.unpack_from(data, place)
        place += TAG.size + length
        tags.append((data[place - length : place].decode(), number))
    body = data[place:]
    if flags & COMPRESSED:
        try:
            body = PRESS.widen(body)
        except zstandard.ZstdError as fault:
            raise Unreadable("The entry cannot be decompressed.") from fault
    return Envelope(body, made, fresh, dead, cost, tuple(tags), bool(flags & FAILURE))
