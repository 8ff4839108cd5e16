"""What can go wrong with notices."""

from collections.abc import Iterator
from contextlib import contextmanager

from heliograph.errors import Conflict, NotFound, SourceError, UserError


class NoSuchChannel(NotFound):
    """There is no channel of that name."""

    def __init__(self, name: str, *, known: list[str]):
        listed = f"there are {', '.join(known)}" if known else "add one with `heliograph channel add`"
        super().__init__(f"There is no channel '{name}'; {listed}.")


class BadChannel(UserError):
    """A channel cannot be as it was asked for; `field` is the option that is wrong, where it is known."""

    def __init__(self, reason: str, *, field: str = ""):
        super().__init__(reason)
        self.field = field


@contextmanager
def about(field: str) -> Iterator[None]:
    """What is refused inside is about this option, unless a closer one is named."""
    try:
        yield
    except BadChannel as fault:
        fault.field = fault.field or field
        raise


class NoSuchTopic(UserError):
    """There are no notices of that topic."""

    def __init__(self, name: str, *, known: list[str]):
        super().__init__(
            f"'{name}' is no topic; there are {', '.join(known)}, and `signal.*` means all below."
        )


class NoSuchSubscription(NotFound):
    """There is no subscription of that number, or it is somebody else's."""

    def __init__(self, number: int):
        super().__init__(f"There is no subscription {number}; `heliograph subscription list` shows them.")


class BadSubscription(UserError):
    """A subscription cannot be as it was asked for; `field` is what is wrong with it."""

    def __init__(self, field: str, reason: str):
        super().__init__(reason)
        self.field = field


class NoSuchDelivery(NotFound):
    """No delivery has that number."""

    def __init__(self, number: int):
        super().__init__(f"There is no delivery {number}; `heliograph notices log` shows them.")


class NoSuchSending(NotFound):
    """No message has that number."""

    def __init__(self, number: int):
        super().__init__(f"There is no message {number}; `heliograph notices log` shows them.")


class NoSuchNotice(NotFound):
    """No notice has that number."""

    def __init__(self, notice_id: int):
        super().__init__(f"There is no notice {notice_id}; `heliograph notices list` shows them.")


class NotSent(SourceError):
    """The channel cannot take anything now: it is tried again later, and its notices wait in their order.

    `after`: the seconds that the other side asked to be left alone, where it did.
    """

    def __init__(self, reason: str, *, after: float | None = None):
        super().__init__(reason)
        self.after = after


class NoticeRefused(NotSent):
    """The channel answers, but not for this notice: it is tried again later, and the others do not wait."""


class ChannelGone(NotSent):
    """The other side wants nothing any more; the channel is disabled."""


class NoQuarantine(Conflict):
    """Nothing is held back: there is no quarantine."""

    def __init__(self) -> None:
        super().__init__("Nothing is held back: there is no quarantine to end.")
