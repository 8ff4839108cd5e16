"""What changed within one expression of a strategy: its clauses and its numbers, not its layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from heliograph.engine.language import Clause
from heliograph.engine.meaning import Meanings

Kind: TypeAlias = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Step:
    """One clause or entry that came, went, or has other numbers: `numbers` holds each pair of them."""

    kind: Kind
    before: str | None
    after: str | None
    numbers: tuple[tuple[float, float], ...] = ()

    @property
    def says(self) -> str:
        """The same in words."""
        match self.kind:
            case "added":
                return f"adds `{self.after}`"
            case "removed":
                return f"drops `{self.before}`"
        if self.numbers and self.before != self.after:
            pairs = ", ".join(f"{one:g} → {other:g}" for one, other in self.numbers)
            return f"{pairs} in `{self.after}`"
        return f"`{self.before}` → `{self.after}`"


def clause_steps(before: Clause, after: Clause, meanings: Meanings) -> tuple[Step, ...]:
    """What came and went between two expressions of one graph; empty where they mean the same."""
    if meanings.of(before.node).exact == meanings.of(after.node).exact:
        return ()
    word = next((one for one in ("and", "or") if one in (before.kind, after.kind)), "")
    if word and {before.kind, after.kind} <= {"and", "or"} and before.kind != after.kind:
        return (Step("changed", before.text, after.text),)
    gone, come = _apart(_parts(before, word), _parts(after, word), meanings)
    return (*_paired(gone, come, meanings),)


def _parts(clause: Clause, word: str) -> list[Clause]:
    """The clauses that stand beside each other, joined by that word."""
    if clause.kind != word:
        return [clause]
    return [part for child in clause.children for part in _parts(child, word)]


def _apart(
    before: Sequence[Clause], after: Sequence[Clause], meanings: Meanings
) -> tuple[list[Clause], list[Clause]]:
    """Those without one of the same meaning on the other side."""
    ours, theirs = ({meanings.of(one.node).exact for one in clauses} for clauses in (before, after))
    gone = [one for one in before if meanings.of(one.node).exact not in theirs]
    come = [one for one in after if meanings.of(one.node).exact not in ours]
    return gone, come


def _paired(gone: list[Clause], come: list[Clause], meanings: Meanings) -> list[Step]:
    """Clauses of one shape are one clause with other numbers; if one went and one came, it was changed."""
    steps = []
    for one in list(gone):
        shape = meanings.of(one.node).shape
        other = next((clause for clause in come if meanings.of(clause.node).shape == shape), None)
        if other is not None:
            gone.remove(one)
            come.remove(other)
            steps.append(Step("changed", one.text, other.text, _numbers(one, other, meanings)))
    if len(gone) == len(come) == 1:
        return [*steps, Step("changed", gone[0].text, come[0].text)]
    steps += [Step("removed", clause.text, None) for clause in gone]
    return [*steps, *(Step("added", None, clause.text) for clause in come)]


def _numbers(before: Clause, after: Clause, meanings: Meanings) -> tuple[tuple[float, float], ...]:
    pairs = zip(meanings.of(before.node).numbers, meanings.of(after.node).numbers, strict=True)
    return tuple(dict.fromkeys((float(one), float(other)) for one, other in pairs if one != other))
