"""Files that only a passphrase opens: AES-256 in Galois/Counter Mode over chunks, its key by scrypt.

A file begins with a line of JSON that names the parameters of scrypt (RFC 7914) and its salt. Each chunk has
its number as nonce, and says of itself whether it is the last: chunks that are missing, moved or cut off at
the end are noticed, as the STREAM construction has it (Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from heliograph.backup.errors import BadBackup, BadPassphrase

MAGIC = b"heliograph encrypted 1 "
CHUNK, TAG = 1 << 20, 16
LONGEST_HEAD = 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """How a passphrase is stretched to a key: the cost, block size and lanes of scrypt, and its salt."""

    salt: str
    n: int = 1 << 15
    r: int = 8
    p: int = 1

    def key(self, passphrase: str) -> AESGCM:
        """The cipher; about 0.1 s, on purpose."""
        made = Scrypt(salt=bytes.fromhex(self.salt), length=32, n=self.n, r=self.r, p=self.p)
        return AESGCM(made.derive(passphrase.encode()))


class Sealed:
    """A file to write to; what goes to `target` is sealed. `finish` must come last."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        stretch = Stretch(secrets.token_hex(16))
        self._target, self._key, self._number, self._held = target, stretch.key(passphrase), 0, bytearray()
        target.write(MAGIC + json.dumps(asdict(stretch)).encode() + b"\n")

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._held += data
        # The last chunk is known as such only at the end.
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk."""
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._target.write(self._key.encrypt(_nonce(self._number, last=last), plain, MAGIC))
        self._number += 1


class Opened:
    """A file to read from, of what is sealed in `source`.

    BadPassphrase if the first chunk does not open, BadBackup if a later one does not or the end is missing.
    """

    def __init__(self, source: IO[bytes], passphrase: str, *, name: str) -> None:
        self._chunks = _chunks(source, passphrase, name=name)
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end; all that is left without a size."""
        parts, wanted = [self._held], size - len(self._held)
        while size < 0 or wanted > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            parts.append(chunk)
            wanted -= len(chunk)
        whole = b"".join(parts)
        cut = len(whole) if size < 0 else size
        self._held = whole[cut:]
        return whole[:cut]


def is_sealed(head: bytes) -> bool:
    """True if a file that begins so is sealed."""
    return head.startswith(MAGIC)


def _chunks(source: IO[bytes], passphrase: str, *, name: str) -> Iterator[bytes]:
    key = _stretch(source.readline(LONGEST_HEAD), name=name).key(passphrase)
    number, sealed = 0, source.read(CHUNK + TAG)
    while True:
        following = source.read(CHUNK + TAG)
        try:
            yield key.decrypt(_nonce(number, last=not following), sealed, MAGIC)
        except InvalidTag as fault:
            if number:
                raise BadBackup(f"{name} was changed or cut off behind byte {number * CHUNK:,}.") from fault
            raise BadPassphrase(
                f"{name} does not open: the passphrase is another one, or its start was changed."
            ) from fault
        if not following:
            return
        number, sealed = number + 1, following


def _stretch(line: bytes, *, name: str) -> Stretch:
    try:
        stretch = Stretch(**json.loads(line.removeprefix(MAGIC)))
        # A file of somebody else's must not make this process take all memory.
        if not (stretch.n <= 1 << 20 and stretch.r <= 32 and stretch.p <= 16):
            raise ValueError("too costly")
        bytes.fromhex(stretch.salt)
    except (ValueError, TypeError) as fault:
        raise BadBackup(f"{name}: its first line was changed.") from fault
    return stretch


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])
