"""What the exit code of a command says."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes; INTERRUPTED is 128 + SIGINT, as shells count."""

    FINE = 0
    OUR_FAULT = 1
    WRONG_USE = 2
    SOURCE_DOWN = 3
    UNHEALTHY = 4
    INTERRUPTED = 130
