"""What a rule finds: what to do, from which numbers, what is expected of it, and by which command."""

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

Way = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number, or a moment as ISO 8601, and the rows that it comes from: a table, with what finds them."""

    what: str
    value: float | str
    source: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Which measure should go which way, how far where that can be said, and why so.

    Afterwards the hours of this series before and after are compared.
    """

    measure: str
    way: Way
    basis: str
    labels: Mapping[str, str] = field(default_factory=dict)
    now: float | None = None
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that could be better. `subject` tells it from others of its rule.

    `strategy_id` is whose it is, `audience` that of the channel that it names: who may not see these may not
    see it. Without an `effect` it helped if it is not found any more.
    """

    rule: str
    subject: str
    title: str
    why: str
    command: str
    evidence: tuple[Evidence, ...]
    effect: Effect | None = None
    strategy_id: int | None = None
    audience: str | None = None


def heliograph(*words: object) -> str:
    """A command of ours as one types it."""
    return shlex.join(["heliograph", *map(str, words)])


# Finds what is so at a moment.
Rule: TypeAlias = Callable[[datetime], Iterable[Finding]]
