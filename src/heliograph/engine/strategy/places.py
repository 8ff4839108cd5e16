"""Finds where each key and value of a TOML text stands; the standard parser does not tell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
BLANK = re.compile(r"[ \t]*")
SCALAR = re.compile(r"[^,\]}#\n]*")
ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[ \t]*\n[ \t\n]*|.)")
WORD = re.compile(r"""[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*|"[^"\n]*"|'[^'\n]*'|[\[{][^\]}\n]*[\]}]""")
QUOTES = ('"""', "'''", '"', "'")


@dataclass(frozen=True, slots=True)
class Place:
    """Offsets of a key and its value, and those of the characters of a string, with its end."""

    key: int
    value: int
    letters: tuple[int, ...] = ()


class Places:
    """Walks over a text that is known to be valid TOML with `\\n` line ends."""

    def __init__(self, text: str):
        self.text, self.at = text, 0
        self.found: dict[Path, Place] = {}
        self._counts: dict[Path, int] = {}

    def walk(self) -> Mapping[Path, Place]:
        """The place of each key and each element of a list, by its path."""
        table: Path = ()
        self._skip(SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(SPACE)
        return self.found

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _take(self, piece: str) -> bool:
        """Steps over `piece` where it comes next."""
        self._skip(BLANK)
        there = self.text.startswith(piece, self.at)
        self.at += len(piece) * there
        return there

    def _header(self) -> Path:
        start = self.at
        double = self._take("[[") or not self._take("[")
        path = self._key()
        self._take("]]" if double else "]")
        if double:
            self._counts[path] = self._counts.get(path, -1) + 1
            path = (*path, self._counts[path])
        self.found.setdefault(path, Place(start, start))
        return path

    def _key(self) -> Path:
        parts: list[str] = []
        while True:
            self._skip(BLANK)
            if self.text[self.at] in "\"'":
                parts.append(self._string()[0])
            else:
                match = BARE_KEY.match(self.text, self.at)
                parts.append(match.group() if match else "")
                self.at = match.end() if match else self.at + 1
            if not self._take("."):
                return tuple(parts)

    def _pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._key())
        self._take("=")
        self._skip(BLANK)
        self._value(path, start)

    def _value(self, path: Path, key: int) -> None:
        start = self.at
        match self.text[start]:
            case '"' | "'":
                _, letters = self._string()
                self.found[path] = Place(key, start, letters)
            case "[":
                self.found[path] = Place(key, start)
                self._elements(path)
            case "{":
                self.found[path] = Place(key, start)
                self._pairs(path)
            case _:
                self.found[path] = Place(key, start)
                self._skip(SCALAR)

    def _elements(self, path: Path) -> None:
        self.at += 1
        count = 0
        self._skip(SPACE)
        while not self._take("]"):
            self._value((*path, count), self.at)
            count += 1
            self._between()

    def _pairs(self, path: Path) -> None:
        self.at += 1
        self._skip(SPACE)
        while not self._take("}"):
            self._pair(path)
            self._between()

    def _between(self) -> None:
        self._skip(SPACE)
        self._take(",")
        self._skip(SPACE)

    def _string(self) -> tuple[str, tuple[int, ...]]:
        """The words of a string as far as a key needs them, and where each of its characters stands."""
        quote = next(quote for quote in QUOTES if self.text.startswith(quote, self.at))
        self.at += len(quote)
        if len(quote) == 3 and self.text.startswith("\n", self.at):
            self.at += 1
        letters: list[int] = []
        while not self._closes(quote):
            escape = ESCAPE.match(self.text, self.at) if quote[0] == '"' else None
            if escape is None or not escape.group()[1:].isspace():
                letters.append(self.at)
            self.at = escape.end() if escape else self.at + 1
        words = "".join(self.text[letter] for letter in letters)
        letters.append(self.at)
        self.at += len(quote)
        return words, tuple(letters)

    def _closes(self, quote: str) -> bool:
        """True at the closing quotes; up to two more of them in front belong to a long string."""
        more = self.text.startswith(quote + quote[0], self.at)
        return self.text.startswith(quote, self.at) and not (len(quote) == 3 and more)


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Line and column of an offset, both counted from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def word_length(text: str, at: int) -> int:
    """The characters of the name, number, quoted text or pair of brackets at an offset, at least one."""
    word = WORD.match(text, at)
    return len(word.group()) if word else 1
