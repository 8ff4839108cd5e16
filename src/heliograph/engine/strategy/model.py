"""The parts of a strategy, checked and frozen."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

Fill: TypeAlias = Literal["next_open", "close"]
Opposite: TypeAlias = Literal["ignore", "exit", "reverse"]
Mode: TypeAlias = Literal["auto", "database", "hybrid", "live"]

FILLS: tuple[Fill, ...] = ("next_open", "close")
MODES: tuple[Mode, ...] = ("auto", "database", "hybrid", "live")
OPPOSITES: tuple[Opposite, ...] = ("ignore", "exit", "reverse")
MOST_TARGETS = 3


@dataclass(frozen=True, slots=True)
class Universe:
    """Which instruments a strategy watches: symbols by pattern (`*`: any letters), of one venue or all."""

    venue: str | None = None
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()

    def holds(self, symbol: str, venue: str | None = None) -> bool:
        """True if the strategy watches that symbol; without a venue only the patterns count."""
        if self.venue is not None and venue is not None and venue != self.venue:
            return False
        included = any(fnmatchcase(symbol, pattern) for pattern in self.include)
        return included and not any(fnmatchcase(symbol, pattern) for pattern in self.exclude)


@dataclass(frozen=True, slots=True)
class Param:
    """A number with a name. `least` and `most` may be None; `whole` if all that the file gives are whole."""

    default: float
    least: float | None = None
    most: float | None = None
    whole: bool = False

    def allows(self, value: float) -> bool:
        """True if `value` lies in the range."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Side:
    """What one side is made of: expressions, the share that leaves at each target, bars until it expires."""

    enter: str
    exit: str | None = None
    stop: str | None = None
    targets: tuple[str, ...] = ()
    fractions: tuple[float, ...] = ()
    expires: int | None = None

    @property
    def ends(self) -> bool:
        """True if a trade of this side can end by itself."""
        return bool(self.exit or self.stop or self.targets or self.expires)


@dataclass(frozen=True, slots=True)
class Execution:
    """How signals are filled and what that costs: percent of the notional, basis points of the price."""

    fill: Fill = "next_open"
    fee_pct: float = 0.1
    slippage_bps: float = 0.0
    opposite: Opposite = "ignore"
    intrabar: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a candidate must pass to be published; `cooldown` is in bars."""

    min_confidence: float | None = None
    min_reward_risk: float | None = None
    cooldown: int = 0


@dataclass(frozen=True, slots=True)
class Data:
    """Where live bars come from, and what must be there before they are evaluated.

    The newest bar is less than `fresh` intervals old, `complete_pct` percent of the instruments have the bar
    that closed last, and of the last hundred bars at most `max_gaps_pct` percent are missing.
    """

    mode: Mode = "auto"
    fresh: int = 2
    complete_pct: float = 95.0
    max_gaps_pct: float = 5.0
