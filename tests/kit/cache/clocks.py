"""A clock that stands still until a test moves it."""

from heliograph.kit.cache.clocks import Clocks


class Hands:
    """Both clocks of a cache."""

    def __init__(self):
        self.seconds = 1_700_000_000.0

    def move(self, seconds):
        self.seconds += seconds

    @property
    def clocks(self):
        return Clocks(wall=lambda: self.seconds, steady=lambda: self.seconds - 1_600_000_000)
