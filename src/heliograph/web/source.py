"""The text of a strategy, cut so that tables, keys and comments can look different."""

import re
from dataclasses import dataclass

TABLE = re.compile(r"\s*\[.*\]\s*(#.*)?$")
KEY = re.compile(r"(\s*[A-Za-z0-9_.\-\"]+)(\s*=.*)$")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """`kind` is table, key, comment or text; of a key `rest` is all behind its name."""

    kind: str
    head: str
    rest: str


def source_lines(text: str) -> list[SourceLine]:
    """One entry for each line."""
    return [_line(line) for line in text.rstrip("\n").split("\n")]


def _line(line: str) -> SourceLine:
    if line.lstrip().startswith("#"):
        return SourceLine("comment", line, "")
    if TABLE.match(line):
        return SourceLine("table", line, "")
    if found := KEY.match(line):
        return SourceLine("key", found[1], found[2])
    return SourceLine("text", line, "")
