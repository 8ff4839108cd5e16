"""What can go wrong with alerts from outside."""

from heliograph.errors import NotFound, UserError


class BadAlert(UserError):
    """An alert that cannot be followed; the sentence says why."""


class BadSource(UserError):
    """A source cannot be as it was asked for."""


class NoSuchSource(NotFound):
    """There is no source of that name."""

    def __init__(self, name: str, *, known: list[str]):
        listed = f"there are {', '.join(known)}" if known else "add one with `heliograph inbound add`"
        super().__init__(f"There is no source '{name}'; {listed}.")


class NotLetIn(NotFound):
    """There is no such source, or the secret is not its own."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


class WrongAddress(UserError):
    """The secret is right, but the alert comes from an address that the source does not allow."""

    def __init__(self, address: str):
        super().__init__(f"This source takes no alerts from {address or 'an unknown address'}.")


class TooManyAlerts(UserError):
    """A source sends more than it may; `after`: the seconds until it may go on."""

    def __init__(self, per_minute: int, *, after: int):
        super().__init__(f"This source takes {per_minute} alerts a minute; go on in {after} seconds.")
        self.after = after
