"""What is aimed at, and how fast the number of workers may change."""

from dataclasses import dataclass, field, fields

from heliograph.errors import UserError


class BadPolicy(UserError):
    """A policy of scaling contradicts itself."""


@dataclass(frozen=True, slots=True)
class StepLimit:
    """The most workers that may come (or go) within `period_s`.

    The larger of a number and of a percentage of what ran when the period began.
    """

    workers: int
    percent: float
    period_s: float

    def most(self, size: int) -> int:
        """How many may come or go beside that size; at least one, or nothing would ever move."""
        return max(self.workers, int(size * self.percent / 100), 1)


@dataclass(frozen=True, slots=True)
class Targets:
    """What is aimed at; None: not looked at."""

    # Seconds since the oldest work that is not done became due.
    age_s: float | None = 10.0
    # Pieces of work that wait or run, for each worker, as long as nobody has measured what one takes.
    pieces_per_worker: float | None = 2.0
    # Mean over the workers, 100 being one processor for each task at a time.
    cpu_pct: float | None = 70.0
    # Mean over the workers, 100 being the memory that one may have.
    memory_pct: float | None = 80.0
    # Mean over the workers and a minute, 100 being work all the time, also where it is waiting for others.
    busy_pct: float | None = 80.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Targets, limits and patience. Windows, cooldowns and the horizon are seconds."""

    least: int = 1
    most: int = 4
    targets: Targets = field(default_factory=Targets)
    # A ratio so near to 1 changes nothing.
    tolerance_pct: float = 10.0
    # The highest wish of this long counts before workers go, the lowest before they come.
    down_window_s: float = 300.0
    up_window_s: float = 0.0
    up: StepLimit = StepLimit(workers=4, percent=100, period_s=15)
    down: StepLimit = StepLimit(workers=1, percent=50, period_s=60)
    # After any change nothing comes, or goes, for so long.
    up_cooldown_s: float = 0.0
    down_cooldown_s: float = 60.0
    # Closes of bars so near are prepared for.
    horizon_s: float = 60.0

    def __post_init__(self) -> None:
        """BadPolicy where no number of workers could satisfy it."""
        if not 0 <= self.least <= self.most:
            raise BadPolicy(f"least ({self.least}) must be 0 or more, and most ({self.most}) not below it.")
        for name in ("tolerance_pct", "down_window_s", "up_window_s", "up_cooldown_s", "down_cooldown_s"):
            if getattr(self, name) < 0:
                raise BadPolicy(f"{name} must not be negative.")
        for one in fields(self.targets):
            value = getattr(self.targets, one.name)
            if value is not None and value <= 0:
                raise BadPolicy(f"The target {one.name} must be above 0.")

    @property
    def memory_s(self) -> float:
        """How long wishes and changes must be remembered."""
        return max(
            self.down_window_s,
            self.up_window_s,
            self.up.period_s,
            self.down.period_s,
            self.up_cooldown_s,
            self.down_cooldown_s,
        )
