"""The picture that goes with a message, by what the pages draw with; that is loaded when it is needed."""

from heliograph.notices.message import Message


def pictured(message: Message) -> bytes | None:
    """The PNG of the signal that a message tells of; None where it tells of something else."""
    from heliograph.web.signal_picture import picture_of_message

    return picture_of_message(message)
