"""The command `heliograph`: parse, call, print."""

import sys
from collections.abc import Sequence

from heliograph.cli.border import report_fault, run


def invoke(words: Sequence[str]) -> int:
    """Run one command line in this process; returns its exit code."""
    return run(_call, words)


def main() -> None:
    """The console script."""
    sys.excepthook = report_fault
    sys.exit(invoke(sys.argv[1:]))


def _call(words: Sequence[str]) -> object:
    from typer.main import get_command

    from heliograph.cli.app import app

    return get_command(app).main(list(words), prog_name="heliograph", standalone_mode=False)
