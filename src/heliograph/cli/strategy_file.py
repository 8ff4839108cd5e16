"""Reading a strategy file from the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.engine.strategy import Strategy


class BadStrategyFile(UserError):
    """The strategy file cannot be used."""


def read_text(path: Path) -> bytes:
    """The bytes of a strategy file."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise BadStrategyFile(f"{path} cannot be read ({fault.strerror}).") from fault


def read_strategy(
    path: Path, *, overrides: Mapping[str, str] | None = None, params: Mapping[str, float] | None = None
) -> "Strategy":
    """The strategy of a file; BadStrategyFile says what is wrong first, and how much more is."""
    from heliograph.engine.strategy import BadStrategy, Strategy

    try:
        return Strategy.parse(read_text(path), overrides=overrides or {}, params=params or {})
    except BadStrategy as fault:
        sentence = first_sentence(path, fault.findings, changed=bool(overrides or params))
        raise BadStrategyFile(sentence) from fault


def first_sentence(path: Path, findings: tuple[object, ...], *, changed: bool = False) -> str:
    """The first of the findings, with the file's name, and where to see all; a check knows no changes."""
    first = f"{path}, {findings[0]}"
    if len(findings) == 1:
        return first
    return f"{first} ({len(findings) - 1} more{'' if changed else f': `heliograph strategy check {path}`'})"
