"""When work becomes due and how long each piece takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from heliograph.errors import UserError

Floats = npt.NDArray[np.float64]


class BadLoad(UserError):
    """Arrivals and services do not fit together."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A close of bars that is known ahead: second, pieces, and what each takes."""

    at_s: float
    pieces: int
    seconds_each: float
    what: str


@dataclass(frozen=True, slots=True)
class Load:
    """Pieces of work: `due_s` float64[N] rising, `service_s` float64[N], seconds from the start.

    `closings` are told to the policy before they come.
    """

    due_s: Floats
    service_s: Floats
    closings: Sequence[Closing] = field(default=())

    def __post_init__(self) -> None:
        """BadLoad where the arrays differ in length, do not rise or hold negative times."""
        if self.due_s.shape != self.service_s.shape or self.due_s.ndim != 1:
            raise BadLoad("Each piece of work needs one time at which it is due and one that it takes.")
        if len(self.due_s) and (np.diff(self.due_s).min(initial=0) < 0 or self.due_s[0] < 0):
            raise BadLoad("The times at which work is due must rise from 0.")
        if (self.service_s < 0).any():
            raise BadLoad("No piece of work takes less than no time.")

    @classmethod
    def of_poisson(cls, rate: float, mean_s: float, *, seconds: float, dice: np.random.Generator) -> "Load":
        """Arrivals at random, `rate` a second, with exponential services: the load of Erlang's formulas."""
        count = dice.poisson(rate * seconds)
        return cls(np.sort(dice.uniform(0, seconds, count)), dice.exponential(mean_s, count))

    @classmethod
    def of_closes(
        cls, *, interval_s: float, pieces: int, service_s: Floats, seconds: float, what: str
    ) -> "Load":
        """So many pieces at each close of a bar; what they take is drawn in turn from `service_s`."""
        closes = np.arange(interval_s, seconds + interval_s / 2, interval_s)
        count = len(closes) * pieces
        each = float(service_s.mean()) if len(service_s) else 0.0
        closings = tuple(Closing(float(close), pieces, each, what) for close in closes)
        return cls(np.repeat(closes, pieces), np.resize(service_s, count), closings)

    def times(self, factor: int) -> "Load":
        """The same with `factor` times the pieces at each moment."""
        closings = tuple(
            Closing(one.at_s, one.pieces * factor, one.seconds_each, one.what) for one in self.closings
        )
        return Load(np.repeat(self.due_s, factor), np.repeat(self.service_s, factor), closings)
