"""How much a file may unfold to, checked against what it claims before it is read."""

from heliograph.market.errors import BadFile

MIB = 1 << 20
GIB = 1 << 30
# The most that one file may hold in memory, and how many times its own size where that is more than a little.
MOST = 4 * GIB
TIMES_ITS_SIZE = 200
A_LITTLE = 256 * MIB


def allowed(size: int) -> int:
    """The bytes to which a file of this size may unfold."""
    return min(MOST, max(A_LITTLE, size * TIMES_ITS_SIZE))


def refuse_bomb(file: str, *, size: int, claims: int) -> None:
    """BadFile if a file of `size` bytes claims to hold far more than such a file can."""
    if claims > allowed(size):
        raise BadFile(
            file,
            f"has {_readable(size)} and claims to hold {_readable(claims)}, more than the"
            f" {_readable(allowed(size))} that are read of it; split it if that is true",
        )


def _readable(count: int) -> str:
    for unit, step in (("GiB", GIB), ("MiB", MIB), ("KiB", 1024)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} bytes"
