"""Running a drill as a command: its progress on stderr, what it found as one line of JSON last."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

Report = TypeVar("Report")
Say = Callable[[str], None]


def run(drill: Callable[[Say], Report]) -> Report:
    """Run a drill and print its report, a dataclass."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    report = drill(say)
    print(json.dumps(asdict(report)))
    return report


def run_in_folder(drill: Callable[[Path, Say], Report]) -> Report:
    """Run a drill in a folder of its own that is gone afterwards, and print its report, a dataclass."""

    def in_folder(say: Say) -> Report:
        with TemporaryDirectory(prefix="heliograph-drill-") as folder:
            # The account of the servers must reach it.
            os.chmod(folder, 0o711)
            return drill(Path(folder), say)

    return run(in_folder)
