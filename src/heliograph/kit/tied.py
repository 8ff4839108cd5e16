"""Child processes that do not outlive their parent, however it dies."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from heliograph.kit.account import Account, identity

PR_SET_PDEATHSIG = 1


def start_tied(
    command: Sequence[str],
    *,
    log: IO[bytes],
    output: int | None = None,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    keep: Sequence[int] = (),
    last_word: signal.Signals = signal.SIGKILL,
) -> "subprocess.Popen[bytes]":
    """Start a child that the kernel sends `last_word` when this process dies.

    It has a session of its own, so that Ctrl-C in the terminal reaches only the parent, which ends it in
    order. Where the kernel has no such signal (macOS) a process between the two waits for the parent's pipe
    to close.
    """
    linux = sys.platform == "linux"
    if not linux:
        command = [sys.executable, "-P", "-m", "heliograph.kit.tether", str(int(last_word)), *command]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL if linux else subprocess.PIPE,
        stdout=output or log,
        stderr=log,
        env=env,
        # Where we stand may be out of that account's reach.
        cwd="/" if account else None,
        pass_fds=keep,
        start_new_session=True,
        preexec_fn=_tie(last_word) if linux else None,
        **identity(account),
    )


def _tie(last_word: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(last_word), 0, 0, 0)
        # The parent may have died between the fork and the call.
        if os.getppid() != parent:
            os._exit(1)

    return tie


def die_with_parent(last_word: signal.Signals = signal.SIGKILL) -> None:
    """Tie this process itself to its parent, on Linux; for processes that a library forks."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(last_word), 0, 0, 0)
