"""What a simulation found."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Resized:
    """A change of the number of workers at a second, and why."""

    at_s: float
    before: int
    after: int
    reason: str


@dataclass(frozen=True, slots=True)
class Simulated:
    """Of each piece: `waited_s` until it began, `age_s` when it was done (float64[N], in order of due).

    `curve` float64[L, 3] are second, pieces that wait or run, and workers at each look of the policy.
    """

    waited_s: Floats
    age_s: Floats
    curve: Floats
    changes: tuple[Resized, ...]
    worker_seconds: float
    seconds: float

    @property
    def most_workers(self) -> int:
        """The largest number of workers that there was."""
        return int(self.curve[:, 2].max()) if len(self.curve) else 0

    @property
    def turns(self) -> int:
        """How often the number of workers changed its direction."""
        return turns([change.after - change.before for change in self.changes])

    def age_quantile_s(self, share: float) -> float | None:
        """The age that `share` of the pieces stayed below; None where there was no work."""
        return float(np.quantile(self.age_s, share)) if len(self.age_s) else None

    def cleared_s(self, *, after: float, pieces: int = 0) -> float | None:
        """Seconds from `after` until no more than `pieces` wait or run; None: not within the simulation."""
        at, backlog = self.curve[:, 0], self.curve[:, 1]
        late = np.flatnonzero((at >= after) & (backlog <= pieces))
        return float(at[late[0]] - after) if len(late) else None


def turns(steps: list[int]) -> int:
    """How often steps change their sign."""
    signs = [step > 0 for step in steps if step]
    return sum(one != other for one, other in pairwise(signs))
