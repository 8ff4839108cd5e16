"""Pictures for messages: a room that can draw says so here, and channels that take pictures ask."""

import logging
from collections.abc import Callable

from heliograph.notices.message import Message

# The bytes of a PNG, None where there is nothing to draw.
Draw = Callable[[Message], bytes | None]
_draws: list[Draw] = []
log = logging.getLogger(__name__)


def draw_with(draw: Draw) -> None:
    """Let messages be drawn by this, once per process."""
    if draw not in _draws:
        _draws.append(draw)


def picture_of(message: Message) -> bytes | None:
    """The PNG that goes with a message, None if there is none.

    What goes wrong in drawing is logged: a message without its picture is better than none.
    """
    for draw in reversed(_draws):
        try:
            found = draw(message)
        except Exception:
            log.exception("The picture of %s was not drawn", message.subject)
            continue
        if found is not None:
            return found
    return None
