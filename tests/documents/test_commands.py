"""Each command and option that a page names is one that there is."""

import pytest
from typer.main import get_command

from heliograph.cli.app import app
from tests.documents.samples import PAGES, ROOT, command_lines

COMMAND = get_command(app)


def wrong(words):
    """What the command line does not know of these words, or nothing."""
    command, rest = COMMAND, list(words)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return [rest[0]]
        command = command.commands[rest.pop(0)]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    options = [word.strip("[]").partition("=")[0] for word in rest if word.strip("[").startswith("--")]
    return [option for option in options if option not in {*known, "--help"}]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_command_and_option_that_a_page_names_is_there(page):
    assert {" ".join(words): said for words in command_lines(page) if (said := wrong(words))} == {}


def test_what_is_not_there_is_found():
    assert wrong(["import", "~/candles", "--dry-run"]) == []
    assert wrong(["import", "~/candles", "--try"]) == ["--try"]
    assert wrong(["strategy", "improve"]) == ["improve"]
