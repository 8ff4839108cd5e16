"""The reference page says what the commands say themselves."""

from pathlib import Path

import pytest
from typer.main import get_command

from heliograph.cli.app import app
from heliograph.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


def commands(command, path=()):
    """The words of each command that does something."""
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            yield from commands(inner, (*path, name))
        else:
            yield (*path, name)


def test_the_page_is_what_the_commands_say():
    assert PAGE.read_text() == reference(), "run: python -m heliograph.cli.reference > docs/reference/cli.md"


@pytest.mark.parametrize("words", list(commands(get_command(app))), ids=" ".join)
def test_each_command_explains_itself_with_an_example_and_speaks_json(heliograph, words):
    answer = heliograph(*words, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert f"heliograph {' '.join(words)}" in answer.out.partition("Example")[2]
    assert "--json" in answer.out
