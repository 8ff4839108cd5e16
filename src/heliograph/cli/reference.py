"""Writes docs/reference/cli.md from the commands' own help: `python -m heliograph.cli.reference`."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from heliograph.cli import NAME
from heliograph.cli.app import app
from heliograph.cli.exits import Exit

WIDTH = 100
HEAD = f"""# The command line

Made by `{NAME} --help`; `python -m heliograph.cli.reference > docs/reference/cli.md` makes it anew.

Output for programs is on stdout; what goes wrong is one sentence on stderr, and an exit code:
"""
MEANINGS = {
    Exit.FINE: "fine",
    Exit.OUR_FAULT: "our fault, or that of the machine",
    Exit.WRONG_USE: "wrong use: of the command line, or of a file that it names",
    Exit.SOURCE_DOWN: "a source did not answer; later it may",
    Exit.UNHEALTHY: "`health` found something unhealthy",
    Exit.INTERRUPTED: "interrupted",
}


def reference() -> str:
    """The whole page."""
    codes = [f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items()]
    page = [HEAD, "| code | |", "|---|---|", *codes, ""]
    for title, text in _helps(get_command(app), NAME):
        page += [f"## {title}", "", "```text", text, "```", ""]
    return "\n".join(page)


def _helps(command: Any, name: str, parent: Any = None) -> Iterator[tuple[str, str]]:
    """Each command's words and its help, depth first, in the order of the list of commands."""
    context = command.make_context(name, [], parent=parent, terminal_width=WIDTH, resilient_parsing=True)
    lines = (line.rstrip() for line in context.get_help().splitlines())
    yield context.command_path, "\n".join(lines)
    for inner_name, inner in getattr(command, "commands", {}).items():
        yield from _helps(inner, inner_name, context)


if __name__ == "__main__":
    print(reference(), end="")
