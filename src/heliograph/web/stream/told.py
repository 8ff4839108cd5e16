"""An event as it goes over the wire, and who asked for which."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

# Position, topic, kind, strategy (id, name), symbol, data and moment of an event.
Row: TypeAlias = tuple[int, str, str, int | None, str, str, str, datetime]
TOPICS = ("signals", "outcomes", "health", "progress")


@dataclass(frozen=True, slots=True)
class Told:
    """One event; `text` is its frame, made once for all who get it."""

    position: int
    topic: str
    strategy_id: int | None
    strategy: str
    symbol: str
    text: bytes

    @classmethod
    def of(cls, row: Row) -> "Told":
        """From the columns of the log; the data is JSON as the database writes it, without line breaks."""
        position, topic, kind, strategy_id, strategy, symbol, data, at = row
        moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = f'{{"type": {json.dumps(kind)}, "timestamp": "{moment}", "data": {data}}}'
        text = f"id: {position}\nevent: {topic}\ndata: {body}\n\n".encode()
        return cls(position, topic, strategy_id, strategy, symbol, text)


Sees: TypeAlias = Callable[[Told], bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a listener wants. With a strategy or a symbol only events that are about it."""

    topics: frozenset[str] = frozenset(TOPICS)
    strategy: str = ""
    symbol: str = ""
    # Heartbeats as events named `beat`, for browsers, whose scripts do not see comments.
    beats: bool = False

    def wants(self, event: Told) -> bool:
        """True if the event is of these topics, and about that strategy and symbol."""
        return (
            event.topic in self.topics
            and (not self.strategy or event.strategy == self.strategy)
            and (not self.symbol or event.symbol == self.symbol)
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """A listener that was let in: who it is, what it wants, where it goes on, what it may see.

    `after` is the event behind which it begins. `gap` is set where it asked to go on from
    before what is kept: the newest position that is not. What it may see was asked when `newest_strategy` was
    the newest.
    """

    person: str
    asked: Asked
    after: int
    gap: int | None
    sees: Sees
    newest_strategy: int

    def lets(self, event: Told) -> bool:
        """True if the event is asked for and may be seen."""
        return self.asked.wants(event) and self.sees(event)

    def as_of(self, later: "Admission") -> "Admission":
        """The same listener, who may see what a later admission of the same credentials says."""
        return replace(self, sees=later.sees, newest_strategy=later.newest_strategy)


def gap_frame(after: int, forgotten: int) -> bytes:
    """Says which events are gone."""
    detail = f"Events {after + 1} to {forgotten} are kept no longer; what they told is in the API."
    body = json.dumps({"type": "gap", "data": {"after": after, "until": forgotten, "detail": detail}})
    return f"id: {forgotten}\nevent: gap\ndata: {body}\n\n".encode()
