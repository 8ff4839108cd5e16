"""Hands the log of an archive to a server that goes over it, and that may not read the archive itself.

The server runs as an account of its own, without our passphrase; it asks for a file by its name through a
pipe in a folder that both may enter, and moves away what it is handed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from heliograph.backup.archive.place import Archive, fetch_log
from heliograph.backup.errors import BadBackup, BadPassphrase
from heliograph.kit.account import Account

ASK, ANSWER, HANDED = "ask", "answer", "segment"
COMMAND = 'echo %f > {0}/ask && read word < {0}/answer && test "$word" = yes && mv {0}/segment %p'


@contextmanager
def handing_out(archive: Archive, folder: Path, *, account: Account | None) -> Iterator[list[Exception]]:
    """Hand out files of the log, for a block; yields what went wrong so far.

    `COMMAND.format(folder)` is the restore_command of the server.
    """
    lines = []
    for name in (ASK, ANSWER):
        os.mkfifo(folder / name, 0o600)
        if account:
            os.chown(folder / name, account.uid, account.gid)
        # Held open at both ends: neither side waits for the other to come.
        lines.append(os.open(folder / name, os.O_RDWR))
    faults: list[Exception] = []
    thread = Thread(target=_serve, args=(archive, folder, account, *lines, faults), name="log")
    thread.start()
    try:
        yield faults
    finally:
        os.write(lines[0], b"\n")
        thread.join()
        for line in lines:
            os.close(line)


def _serve(
    archive: Archive,
    folder: Path,
    account: Account | None,
    asked: int,
    answered: int,
    faults: list[Exception],
) -> None:
    with open(asked, closefd=False) as names:
        # An empty line is the end.
        while name := names.readline().strip():
            target = folder / HANDED
            try:
                found = fetch_log(archive, name, target)
                if found and account:
                    os.chown(target, account.uid, account.gid)
            except (BadBackup, BadPassphrase, OSError) as fault:
                faults.append(fault)
                found = False
            os.write(answered, b"yes\n" if found else b"no\n")
