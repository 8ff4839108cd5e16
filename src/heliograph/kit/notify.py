"""Telling systemd how far a process is, see sd_notify(3)."""

import os
import socket
from contextlib import suppress

READY, ALIVE = "READY=1", "WATCHDOG=1"


def notify(state: str) -> None:
    """Tell systemd where it waits to be told (Type=notify); elsewhere nobody hears it."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        # A leading @ stands for the zero byte of an abstract address.
        line.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
