"""What every kind of channel can do."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from heliograph.notices.errors import BadChannel
from heliograph.notices.message import Message

Options: TypeAlias = Mapping[str, object]


class Send(Protocol):
    """Sends one message, or raises NotSent; it returns within SEND_SECONDS."""

    def __call__(self, message: Message, options: Options, *, at: datetime) -> None: ...


class Complete(Protocol):
    """What is stored of the given options; `known` are those of before, where a channel is changed."""

    def __call__(self, given: Options, *, known: Options) -> Options: ...


def as_given(given: Options, *, known: Options) -> Options:
    """Just these."""
    return given


# Any sending is over by then, however slow the other side is.
SEND_SECONDS = 25


@dataclass(frozen=True, slots=True)
class Kind:
    """`check` raises BadChannel where options cannot be used, `where` says in short where notices go.

    `per_minute`: how many messages a minute people can read there; when more come they are told together.
    None, for machines: each notice has a message of its own.
    """

    check: Callable[[Options], None]
    where: Callable[[Options], str]
    send: Send
    per_minute: int | None = None
    complete: Complete = as_given


def refuse_strange(kind: str, options: Options, takes: Collection[str]) -> None:
    """BadChannel where there are options that a kind would pass over in silence."""
    strange = sorted(options.keys() - set(takes))
    if strange:
        known = ", ".join(sorted(takes))
        raise BadChannel(f"A channel of kind {kind} does not take {', '.join(strange)}; it takes {known}.")
