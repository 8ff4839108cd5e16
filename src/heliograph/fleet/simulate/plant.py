"""The workers that a simulation assumes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plant:
    """How workers behave beside the work itself. All times are seconds.

    Started together they share the machine: the k-th of them (from 1) is ready `start_s + k * start_each_s`
    after it was asked for. `overhead_s` is what each piece costs a worker beside its service.
    `cpu_share` is the share of a service that keeps a processor busy; None: the policy is told no CPU.
    """

    workers: int
    start_s: float = 0.0
    start_each_s: float = 0.0
    overhead_s: float = 0.0
    look_every_s: float = 5.0
    cpu_share: float | None = None
