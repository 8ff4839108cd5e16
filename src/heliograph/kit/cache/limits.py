"""The sizes and times of a cache; `docs/decisions/0010` says what was measured to choose them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    `trust` is the bound on staleness: memory is not read once so long has passed since changes were last
    asked for, which is done every `poll`. `lease` is how long a lock outlives its holder: where 200 processes
    start on two cores, it may not run for more than 5 seconds.
    """

    memory_bytes: int = 64 << 20
    entry_bytes: int = 16 << 20
    table_bytes: int = 256 << 20
    compress_over: int = 1024
    poll: float = 1.0
    trust: float = 2.0
    answer: float = 2.0
    lease: float = 20.0
    patience: float = 60.0
    jitter: float = 0.1
    longest: float = 30 * 86400.0
    tell_every: float = 2.0
    forget_after: float = 10.0
    # Computing must take so long before its result is worth a row.
    row_worth: float = 0.005
