"""A strategy file as a tree of plain values, with the place of each."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from heliograph.engine.language import BadExpression
from heliograph.engine.strategy.findings import BadStrategy, Finding
from heliograph.engine.strategy.places import Path, Place, Places, line_and_column, word_length

Table: TypeAlias = dict[str, object]

MOST_BYTES = 256 * 1024
# A key of many parts costs the parser the square of their number; no line of an honest file has so many dots.
MOST_DOTS = 600
PLACE_IN_MESSAGE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class Document:
    """The values of a file, some of them replaced from outside (`overridden` holds the paths of those)."""

    text: str
    values: Table
    places: Mapping[Path, Place]
    overridden: frozenset[Path]

    def get(self, path: Path) -> object:
        """The value at a path, None where there is none."""
        value: object = self.values
        for part in path:
            inner: object = None
            if isinstance(value, dict):
                inner = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                inner = value[part]
            value = inner
        return value

    def table(self, path: Path) -> Table:
        """The table at a path, empty where there is none."""
        value = self.get(path)
        return value if isinstance(value, dict) else {}

    def finding(
        self, message: str, path: Path, *, at_key: bool = False, suggestion: str | None = None
    ) -> Finding:
        """A finding at the value of a path, or at its key; `suggestion` is what it should be."""
        sentence = message if message.endswith(("?", ".")) else f"{message}."
        setting = self._setting(path)
        if setting is not None:
            return Finding(sentence, None, None, setting)
        place = self._nearest(path)
        at = place.key if at_key or path not in self.places else place.value
        length = word_length(self.text, at)
        word = self.text[at : at + length]
        if suggestion and at_key and word == f"[{path[-1]}]":
            suggestion = f"[{suggestion}]"
        # Of a dotted key the suggestion would replace too much.
        elif at_key and word.strip("\"'") != path[-1]:
            suggestion = None
        return Finding(sentence, *line_and_column(self.text, at), length=length, suggestion=suggestion)

    def expression_finding(self, error: BadExpression, path: Path) -> Finding:
        """A finding at the character that an expression's error points at."""
        setting = self._setting(path)
        if setting:
            return Finding(error.sentence, None, error.column, setting, error.caret())
        letters = self._nearest(path).letters or (0,)
        last = len(letters) - 1
        start = min(error.column - 1, last)
        at, end = letters[start], letters[min(start + word_length(error.text, start), last)]
        return Finding(
            error.sentence,
            *line_and_column(self.text, at),
            caret=error.caret(),
            length=max(1, end - at),
            suggestion=error.suggestion,
        )

    def _nearest(self, path: Path) -> Place:
        """The place of a path, or of the nearest table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Place(0, 0)

    def _setting(self, path: Path) -> str | None:
        """The name of the override that a path lies in."""
        for other in sorted(self.overridden, key=str):
            created = path not in self.places and other[: len(path)] == path
            if created or path[: len(other)] == other:
                return "`" + ".".join(map(str, other)) + "`"
        return None


def load(source: str | bytes, overrides: Mapping[str, str]) -> Document:
    """The document of a TOML text with some of its keys replaced; BadStrategy where it cannot be read."""
    text = _decoded(source)
    values = _parsed(text)
    replaced: set[Path] = set()
    for dotted, value in overrides.items():
        replaced.add(_override(values, dotted, value))
    return Document(text, values, Places(text).walk(), frozenset(replaced))


def _decoded(source: str | bytes) -> str:
    size = len(source)
    if size > MOST_BYTES:
        _refuse(f"the file has {size:,} bytes; a strategy has at most {MOST_BYTES:,}")
    if isinstance(source, str):
        return source.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n")
    try:
        return source.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8")
        line, column = line_and_column(before, len(before))
        _refuse("the file is not UTF-8 text; save it as UTF-8", line, column)


def _parsed(text: str) -> Table:
    for number, content in enumerate(text.split("\n"), 1):
        if content.count(".") > MOST_DOTS:
            _refuse(f"the line has more than {MOST_DOTS} dots", number, 1)
    try:
        return tomllib.loads(text)
    except RecursionError:
        _refuse("the values are nested too deep", 1, 1)
    except ValueError as error:
        message = str(error)
        place = PLACE_IN_MESSAGE.search(message)
        reason = PLACE_IN_MESSAGE.sub("", message)
        at_end = line_and_column(text, len(text))
        line, column = (int(place[1]), int(place[2])) if place and place[1] else at_end
        _refuse(f"this is not TOML: {reason[:1].lower()}{reason[1:200]}", line, column)


def _override(values: Table, dotted: str, value: str) -> Path:
    """Replaces one key; an empty value takes it away."""
    path = tuple(part.strip() for part in dotted.split("."))
    table = values
    for part in path[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            _refuse(f"`{dotted}` cannot be set, since `{part}` is not a table")
        table = inner
    if value.strip():
        table[path[-1]] = _typed(value)
    else:
        table.pop(path[-1], None)
    return path


def _typed(value: str) -> object:
    """A value as TOML would read it; what is not TOML is a text."""
    try:
        read = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        return value
    return read["value"] if len(read) == 1 else value


def _refuse(message: str, line: int | None = None, column: int | None = None) -> NoReturn:
    raise BadStrategy((Finding(f"{message}.", line, column),))
