"""What can go wrong with strategies and signals."""

from datetime import datetime

from heliograph.errors import Conflict, HeliographError, NotFound, UserError


class SignalsError(HeliographError):
    """Something went wrong with signals."""


class NoSuchStrategy(NotFound):
    """No strategy of that name is stored."""

    def __init__(self, name: str, known: list[str]):
        listed = ", ".join(known) if known else "none yet: add one with `heliograph strategy add FILE`"
        super().__init__(f"There is no strategy '{name}'; stored are {listed}.")
        self.name = name


class NoSuchVersion(NotFound):
    """The strategy has no version of that number."""

    def __init__(self, name: str, number: int):
        super().__init__(f"'{name}' has no version {number}; `heliograph strategy list` shows its versions.")
        self.name, self.number = name, number


class WrongStage(Conflict):
    """That change of stage is not possible."""

    def __init__(self, version: str, sentence: str):
        super().__init__(f"{version}: {sentence}")
        self.version = version


class SameText(Conflict):
    """A version says the same already."""

    def __init__(self, strategy: str, number: int):
        super().__init__(
            f"{strategy} v{number} means the same already (comments and layout do not count): "
            "nothing was saved."
        )
        self.number = number


class SavedMeanwhile(Conflict):
    """Someone saved a newer version than the one that this text was written on."""

    def __init__(self, strategy: str, *, base: int, newest: int):
        since = f"Since you began with v{base}, " if base else ""
        super().__init__(f"{since}v{newest} of {strategy} was saved: look at what differs, then save again.")
        self.newest = newest


class NoSuchSignal(NotFound):
    """No signal has that id."""

    def __init__(self, signal_id: int):
        super().__init__(f"There is no signal {signal_id}; `heliograph signals` lists them.")
        self.signal_id = signal_id


class BadCursor(UserError):
    """That cursor was not given out by this list."""

    def __init__(self) -> None:
        super().__init__("That cursor is not one of this list; start again without it.")


class NotExplainable(UserError):
    """There is nothing to explain at that bar."""


class RowsDisagree(SignalsError):
    """The slots of a shard speak of signals that are not running in the rows."""

    def __init__(self, version: int, *, told: int, found: int):
        super().__init__(f"Version {version}: {self.__doc__} {told} are told, {found} found.")


class CandlesDropped(SignalsError):
    """Candles that a replay needs were dropped by retention."""

    def __init__(self, until: datetime):
        super().__init__(
            f"Its candles up to {until:%Y-%m-%d %H:%M} UTC were dropped, and no checkpoint stands there: "
            "`heliograph retention restore` brings them back."
        )


class LostFence(SignalsError):
    """Another call advanced the shard meanwhile; what this one computed is thrown away."""
