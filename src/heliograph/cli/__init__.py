"""The command `heliograph`: parse, call, print."""

import os
import sys
from collections.abc import Sequence

from heliograph.cli.border import report_fault, run

NAME = "heliograph"
# Set by the shell when it asks for completions.
COMPLETE = "_HELIOGRAPH_COMPLETE"


def invoke(words: Sequence[str]) -> int:
    """Run one command line in this process; returns its exit code."""
    return run(_call, words)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter shows its code instead of ending the command.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.excepthook = report_fault
    sys.exit(invoke(sys.argv[1:]))


def _call(words: Sequence[str]) -> object:
    import typer
    from typer.main import get_command

    from heliograph.cli.app import app

    command = get_command(app)
    if COMPLETE in os.environ:
        return command.main(list(words), prog_name=NAME, complete_var=COMPLETE)
    # Not command.main(): it counts a reader that hangs up as a fault.
    try:
        with command.make_context(NAME, list(words)) as context:
            return command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
