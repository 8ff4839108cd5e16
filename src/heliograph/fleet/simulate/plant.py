"""The workers that a simulation assumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Plant:
    """How workers behave beside the work itself. All times are seconds.

    Started together they share the machine: the k-th of them (from 1) is ready `start_s + k * start_each_s`
    after it was asked for. Where `starts_s` were recorded, they are taken instead, in the order of asking,
    and their mean for those beyond. `overhead_s` is what each piece costs a worker beside its service.
    `cpu_share` is the share of a service that keeps a processor busy; None: the policy is told no CPU.
    """

    workers: int
    start_s: float = 0.0
    start_each_s: float = 0.0
    starts_s: Sequence[float] = ()
    overhead_s: float = 0.0
    look_every_s: float = 5.0
    cpu_share: float | None = None

    def start_of(self, asked: int, together: int) -> float:
        """Seconds until the worker is ready that was asked for `asked`-th of all and `together`-th at once.

        Both count from 1.
        """
        if not self.starts_s:
            return self.start_s + together * self.start_each_s
        return self.starts_s[asked - 1] if asked <= len(self.starts_s) else fmean(self.starts_s)
