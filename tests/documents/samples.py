"""The pages of the documentation and the code that stands in them."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The page of commands is what the commands say; tests/cli holds it to that.
PAGES = [
    path
    for path in sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
    if path.name != "cli.md"
]
SHELL = ("", "console", "bash", "sh", "shell")
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(heliograph [a-z][^`]*)`")


def blocks(path, *languages):
    """The text of each block of code in one of these languages."""
    return [body for _, language, body in FENCE.findall(path.read_text()) if language in languages]


def command_lines(path):
    """The words of each `heliograph ...` that a page shows, in blocks and within sentences."""
    found = []
    for block in blocks(path, *SHELL):
        for line in block.replace("\\\n", " ").splitlines():
            found += _heliograph(line.removeprefix("$ ").removeprefix("# "))
    # Four spaces make a block of code, too.
    for line in re.findall(
        r"^ {4,}(?:\$ )?(heliograph .*)$", path.read_text().replace("\\\n", " "), re.MULTILINE
    ):
        found += _heliograph(line)
    for words in INLINE.findall(FENCE.sub("", path.read_text())):
        found += _heliograph(" ".join(words.split()))
    return found


def _heliograph(line):
    """The words behind `heliograph` in a line of shell, which may begin with settings or sudo."""
    match = re.match(
        r"(?:\w+=\S+ |sudo (?:-\S+ (?:[a-z]+ )?)*|(?:\S*/)(?=heliograph ))*heliograph (.*)", line
    )
    if match is None:
        return []
    words = shlex.split(match[1], comments=True)
    return [words[: next((n for n, word in enumerate(words) if word in {"|", ">", "&&", ";"}), len(words))]]
