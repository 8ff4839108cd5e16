"""Pictures for messages: a room that can draw says so here, and channels that take pictures ask."""

from collections.abc import Callable

from heliograph.notices.message import Message

# The bytes of a PNG, None where there is nothing to draw.
Draw = Callable[[Message], bytes | None]
_draws: list[Draw] = []


def draw_with(draw: Draw) -> None:
    """Let messages be drawn by this, once per process."""
    if draw not in _draws:
        _draws.append(draw)


def picture_of(message: Message) -> bytes | None:
    """The PNG that goes with a message, None if there is none."""
    return next((found for draw in _draws if (found := draw(message)) is not None), None)
