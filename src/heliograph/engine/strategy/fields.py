"""Reads single values of a strategy file, each checked for its type and range."""

import math
from dataclasses import dataclass
from typing import TypeGuard, TypeVar

from heliograph.engine.language import nearest
from heliograph.engine.strategy.document import Document
from heliograph.engine.strategy.findings import Findings
from heliograph.engine.strategy.places import Path

Choice = TypeVar("Choice", bound=str)
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Fields:
    """A document being read; what is wrong goes to `findings` and the default takes its place."""

    document: Document
    findings: Findings

    def text(self, *path: str) -> str | None:
        """A text that is not empty, None where it is absent."""
        value = self.document.get(path)
        if value is None:
            return None
        if isinstance(value, str) and value.strip():
            return value
        self.wrong(f"`{path[-1]}` must be a text in quotes, not {shown(value)}", path)
        return None

    def texts(self, *path: str, most: int = 1_000) -> tuple[str, ...] | None:
        """A list of texts, None where it is absent."""
        value = self.document.get(path)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > most:
            self.wrong(f"`{path[-1]}` must be a list of at most {most:,} texts, not {shown(value)}", path)
            return None
        for at, item in enumerate(value):
            if not (isinstance(item, str) and item.strip()):
                self.wrong(f"`{path[-1]}` must hold texts in quotes, not {shown(item)}", (*path, at))
        return tuple(item for item in value if isinstance(item, str) and item.strip())

    def number(self, *path: str | int, least: float, most: float, more: bool = False) -> float | None:
        """A finite number in a range (above its lower end if `more`), None where it is absent."""
        value = self.document.get(path)
        if value is None:
            return None
        if is_number(value) and least <= value <= most and not (more and value == least):
            return float(value)
        limits = f"{'above' if more else 'from'} {least:g} to {most:,g}"
        self.wrong(f"`{self._key(path)}` must be a number {limits}, not {shown(value)}", path)
        return None

    def whole(self, *path: str, least: int, most: int) -> int | None:
        """A whole number in a range, None where it is absent."""
        value = self.document.get(path)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(f"`{path[-1]}` must be a whole number from {least} to {most:,}, not {shown(value)}", path)
        return None

    def flag(self, *path: str) -> bool:
        """True or false, false where it is absent."""
        value = self.document.get(path)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.wrong(f"`{path[-1]}` must be true or false, not {shown(value)}", path)
        return False

    def choice(self, *path: str, among: tuple[Choice, ...]) -> Choice | None:
        """One of a few words, None where it is absent."""
        value = self.document.get(path)
        if value is None or value in among:
            return next((word for word in among if word == value), None)
        near = nearest(value, among) if isinstance(value, str) else None
        hint = f". Did you mean `{near}`?" if near else ""
        words = ", ".join(f'"{word}"' for word in among)
        message = f"`{path[-1]}` must be one of {words}, not {shown(value)}{hint}"
        self.wrong(message, path, suggestion=f'"{near}"' if near else None)
        return None

    @staticmethod
    def _key(path: Path) -> str:
        """The name of a value, or of the list that it is in."""
        return str(path[-2] if isinstance(path[-1], int) else path[-1])

    def wrong(self, message: str, path: Path, *, at_key: bool = False, suggestion: str | None = None) -> None:
        """Keeps a finding at the value of a path, or at its key; `suggestion` is what it should be."""
        self.findings.add(self.document.finding(message, path, at_key=at_key, suggestion=suggestion))


def is_number(value: object) -> TypeGuard[int | float]:
    """True for a finite number that a float can hold; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300 and math.isfinite(value)


def shown(value: object) -> str:
    """A value as the file has it, cut to what fits a sentence."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, int) and abs(value) > 10**20:
        return "so large a number"
    words = f'"{value}"' if isinstance(value, str) else str(value)
    return words if len(words) <= MOST_SHOWN else f"{words[:MOST_SHOWN]}…"
