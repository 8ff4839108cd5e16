"""What can go wrong with placement."""

from collections.abc import Sequence

from heliograph.errors import NotFound, UserError


class UnknownStrategy(UserError):
    """There is no such way to place work."""

    def __init__(self, name: str, known: Sequence[str]):
        super().__init__(f"HELIOGRAPH_PLACEMENT is '{name}'; it can be {', '.join(known)}.")
        self.name = name


class NoSuchPlace(NotFound):
    """Nothing of that key was placed."""

    def __init__(self, key: str, some: Sequence[str]):
        listed = f"placed are, for example, {', '.join(some)}" if some else "nothing is placed yet"
        super().__init__(f"'{key}' is placed nowhere; {listed}.")
        self.key = key
