"""What is wrong with a strategy file: everything at once, each in one sentence with its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from heliograph.engine.errors import EngineError

MOST_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake. `line` and `column` count from 1; `caret` is a picture of the place in an expression.

    A value that was given beside the file has no line; `setting` names it, for example `execution.fill`.
    `length` counts the characters of the file from there that are wrong; `suggestion` is what to write in
    their place, None where that is not known.
    """

    message: str
    line: int | None
    column: int | None
    setting: str | None = None
    caret: str | None = None
    length: int = 1
    suggestion: str | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"line {self.line}, column {self.column}: {self.message}"
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.setting} as set{column}: {self.message}" if self.setting else self.message


class BadStrategy(EngineError):
    """A strategy file that cannot be used; `findings` holds every mistake, in the order of the file."""

    def __init__(self, findings: tuple[Finding, ...]):
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class Findings:
    """Collects mistakes, the first fifty of them."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Keeps a mistake, unless there are too many to read."""
        if not self.full:
            self._found.append(finding)

    @property
    def full(self) -> bool:
        """True once no more are kept."""
        return len(self._found) >= MOST_FINDINGS

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def refuse_if_any(self) -> None:
        """Raises BadStrategy with all of them, in the order of the file."""
        if self._found:
            last = float("inf")
            raise BadStrategy(
                tuple(sorted(self._found, key=lambda one: (one.line or last, one.column or last)))
            )
