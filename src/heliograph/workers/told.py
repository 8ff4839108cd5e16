"""Hearing that one is to end."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def hearing_signals() -> Iterator[int]:
    """Signals are written to the descriptor that this yields, and do nothing else, for a block."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = {number: signal.signal(number, lambda *_: None) for number in (*STOP_SIGNALS, signal.SIGCHLD)}
    signal.set_wakeup_fd(writer)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)


def told_to_end(wake: int, *, seconds: float) -> bool:
    """True if a signal to end came within that time; any other ends the waiting."""
    if not select.select([wake], [], [], seconds)[0]:
        return False
    return not set(os.read(wake, 64)).isdisjoint(STOP_SIGNALS)
