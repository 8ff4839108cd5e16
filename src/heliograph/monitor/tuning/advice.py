"""What could be better in the database and its processes: what, why, and by which statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "missing index",
    "duplicate index",
    "redundant index",
    "unused index",
    "invalid index",
    "repeated statement",
    "dead rows",
    "bloat",
    "old statistics",
    "partition",
    "setting",
    "connections",
    "growing memory",
    "garbage collection",
    "blind",
]


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing. `statement` mends it, and `undo` takes that back; both are empty where people must act.

    `is_safe`: it may be done by a program while everybody works. `measured` says by which numbers it was
    found; `query` is the statement whose plan it is to better.
    """

    kind: Kind
    subject: str
    why: str
    statement: str = ""
    undo: str = ""
    is_safe: bool = False
    measured: Mapping[str, float] = field(default_factory=dict)
    query: str = ""
