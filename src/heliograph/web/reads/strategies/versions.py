"""The versions of a strategy with what changed in meaning from each to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from heliograph.engine.strategy import BadStrategy
from heliograph.engine.strategy import Strategy as Checked
from heliograph.signals.diff import difference
from heliograph.signals.models import StrategyVersion

# A list of more is cut: what changed is computed for each.
MOST_VERSIONS = 30
MOST_SENTENCES = 2
FIRST, SAME = "first version", "no change in meaning"


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version, and what is new in it: up to two sentences, and how many `more` there are."""

    version: StrategyVersion
    changes: tuple[str, ...]
    more: int = 0


def version_lines(versions: Sequence[StrategyVersion]) -> list[VersionLine]:
    """The newest thirty of all versions of one strategy, newest first."""
    ordered = sorted(versions, key=lambda version: -version.number)
    before = [*ordered[1:], None]
    return [_line(*pair) for pair in list(zip(ordered, before, strict=False))[:MOST_VERSIONS]]


def _line(version: StrategyVersion, before: StrategyVersion | None) -> VersionLine:
    if before is None:
        return VersionLine(version, (FIRST,))
    sentences = changes(before.text, version.text) or (SAME,)
    return VersionLine(version, sentences[:MOST_SENTENCES], max(0, len(sentences) - MOST_SENTENCES))


# A stored text never changes.
@lru_cache(maxsize=1_000)
def changes(before: str, after: str) -> tuple[str, ...]:
    """What changed in meaning, one sentence each."""
    try:
        return tuple(difference(Checked.parse(before), Checked.parse(after)).sentences())
    except BadStrategy:
        return ("cannot be compared: a text is no longer understood",)
