"""Files that go with messages: a room that has one says so here, and channels that carry files ask."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from heliograph.notices.message import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by its name, its type and its bytes."""

    name: str
    kind: str
    content: bytes


# None where a message has no file.
Attach = Callable[[Message], Attachment | None]
_attaches: list[Attach] = []


def attach_with(attach: Attach) -> None:
    """Let messages have the files that this gives, once per process."""
    if attach not in _attaches:
        _attaches.append(attach)


def attachment_of(message: Message) -> Attachment | None:
    """The file that goes with a message, None if there is none.

    What goes wrong in making it is logged: a message without its file is better than none.
    """
    for attach in _attaches:
        try:
            found = attach(message)
        except Exception:
            log.exception("The file of %s was not made", message.subject)
            continue
        if found is not None:
            return found
    return None
