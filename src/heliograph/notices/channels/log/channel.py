"""Writes each notice as a structured line to the logging system, and to a file where one is named."""

import json
import logging
import os
from datetime import datetime
from pathlib import Path

from heliograph.notices.channels.kind import Kind, Options
from heliograph.notices.errors import BadChannel, NotSent
from heliograph.notices.message import Message

log = logging.getLogger("heliograph.notices")


def check(options: Options) -> None:
    """The file, where one is named, must be one that can be written."""
    strange = options.keys() - {"file"}
    if strange:
        raise BadChannel(f"A channel of kind log takes --file alone, not {', '.join(sorted(strange))}.")
    if "file" not in options:
        return
    path = Path(str(options["file"]))
    if not path.is_absolute():
        raise BadChannel(
            f"{path}: name the file with its whole path; workers run in other folders.", field="file"
        )
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise BadChannel(f"{path} cannot be written by this user; name another file.", field="file")


def where(options: Options) -> str:
    """The file, or the log."""
    return str(options.get("file", "the log"))


def send(message: Message, options: Options, *, at: datetime) -> None:
    """One line. A file has it on disk when this returns."""
    line = json.dumps({"id": message.id, **json.loads(message.body)}, ensure_ascii=False)
    log.info("notice %s", line)
    if "file" not in options:
        return
    try:
        _append(str(options["file"]), f"{line}\n".encode())
    except OSError as fault:
        raise NotSent(f"{options['file']}: {fault.strerror}.") from fault


def _append(path: str, line: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        # In one piece, so that lines of several processes do not mix.
        os.write(file, line)
        os.fsync(file)
    finally:
        os.close(file)


LOG = Kind(check=check, where=where, send=send)
