"""What an explanation consists of: frozen values, from the whole down to one clause."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from heliograph.signals.evaluations import EvaluationItem, PostponedItem
from heliograph.signals.plain import plain


class Verdict(StrEnum):
    """The truth of a condition by Kleene's logic."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class Ending(StrEnum):
    """What became of one side at one bar."""

    PUBLISHED = "published"
    REJECTED = "rejected"
    NO_CANDIDATE = "no_candidate"  # `enter` is not true
    WARMING_UP = "warming_up"  # `enter` may be true, but a part of the side has never been known
    SLOT_TAKEN = "slot_taken"  # an earlier signal is still open
    RETIRED = "retired"  # the version no longer enters
    NOT_EVALUATED = "not_evaluated"  # the bar is newer than the watermark, or was passed over
    NO_SIDE = "no_side"


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Why a value is unknown: bars needed by the graph, bars that existed, and when it was first known.

    `known_from` is None while it has never been known.
    """

    needed: int
    existing: int
    known_from: datetime | None


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One part of an expression at the bar.

    `kind` and `text` are the language's (see Clause). `value` is None where unknown; conditions also have a
    `verdict`, numbers do not. `previous` is the value one bar before, where a crossing looks at it. `says` is
    what stands beside the clause for people, such as "39.7 > 30, by +9.7". `decides` marks the clauses that
    make their root false or unknown (or, of an `or`, true).
    """

    kind: str
    text: str
    name: str
    column: int
    value: float | None
    previous: float | None
    verdict: Verdict | None
    decides: bool
    says: str
    warm_up: WarmUp | None
    parts: tuple["ClauseView", ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """One key of a side, such as `enter` or `stop`, with its tree."""

    key: str
    tree: ClauseView


@dataclass(frozen=True, slots=True)
class FilterView:
    """One filter or check of a candidate. `passed` is None where it was not asked."""

    name: str
    value: float | None
    limit: float | None
    passed: bool | None
    decides: bool
    says: str


@dataclass(frozen=True, slots=True)
class SlotView:
    """The slot of a side at the close of the bar."""

    state: str  # free, taken or cooldown
    signal_id: int | None  # the signal that takes it, or whose exit began the cooldown
    since: datetime | None
    bars_left: int | None  # of a cooldown
    says: str


@dataclass(frozen=True, slots=True)
class SideView:
    """Why one side did, or did not, give a signal at the bar.

    `roots` are the side's expressions: enter, then exit, stop, target 1 to 3 and confidence, as far as
    written.
    """

    side: str
    ending: Ending
    reason: str
    sentence: str
    signal_id: int | None
    roots: tuple[Expression, ...]
    filters: tuple[FilterView, ...]
    slot: SlotView


@dataclass(frozen=True, slots=True)
class BarView:
    """A candle as it was known."""

    bar_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None


@dataclass(frozen=True, slots=True)
class NearBar:
    """How `enter` stood on a bar close by, and the id of its signal if there is one."""

    bar_time: datetime
    side: str
    verdict: Verdict
    signal_id: int | None
    state: str  # published, rejected or ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known about one version, one instrument and one bar.

    `as_known_at` is the moment whose candles were used; None means today's candles (`now`, or a bar that was
    never evaluated). `revised` says that today's candles would give other values up to this bar. `evaluated`
    is the step that looked at the bar, with its data mode and gates; `postponed` says why it was not looked
    at yet, where gates are closed.
    """

    version_id: int
    strategy: str
    number: int
    stage: str
    timeframe: str
    instrument_id: int
    venue: str
    symbol: str
    bar: BarView
    as_known_at: datetime | None
    revised: bool
    sides: tuple[SideView, ...]
    near: tuple[NearBar, ...]
    evaluated: EvaluationItem | None = None
    postponed: PostponedItem | None = None

    def to_dict(self) -> dict[str, object]:
        """The same as plain values for JSON: times as ISO 8601 with Z, unknown as null."""
        values = plain(asdict(self))
        assert isinstance(values, dict)
        return values

    def side(self, name: str) -> SideView:
        """The view of one side."""
        return next(view for view in self.sides if view.side == name)
