"""A signal with its outcome as one flat value, for tables, pages and JSON."""

from dataclasses import asdict, dataclass
from datetime import datetime

from heliograph.market.models import Venue
from heliograph.signals.models import Outcome, Signal

OUTCOME_FIELDS = (
    "entry_time",
    "entry_price",
    "exit_time",
    "exit_price",
    "r",
    "return_pct",
    "fees_pct",
    "mfe_r",
    "mae_r",
    "bars_held",
    "settled_at",
)

# Where each field of an item stands, in their order; those of `replay` and `state` are looked at.
COLUMNS = (
    "pk",
    "version__strategy__name",
    "version__number",
    "version_id",
    "version__stage",
    "version__timeframe",
    "instrument__venue__name",
    "instrument__venue__kind",
    "instrument_id",
    "instrument__symbol",
    "side",
    "outcome__state",
    "reason",
    "detail",
    "bar_time",
    "close",
    "stop",
    "targets",
    "confidence",
    "reward_risk",
    "historical",
    "late",
    "created_at",
    "outcome__entry_time",
    "outcome__entry_price",
    "outcome__exit_time",
    "outcome__exit_price",
    "outcome__exit_reason",
    "outcome__r",
    "outcome__return_pct",
    "outcome__fees_pct",
    "outcome__mfe_r",
    "outcome__mae_r",
    "outcome__bars_held",
    "outcome__parts",
    "outcome__settled_at",
    "version__external",
    "state",
)
ID = COLUMNS.index("pk")
REPLAY, STATE = COLUMNS.index("instrument__venue__kind"), COLUMNS.index("outcome__state")
EXIT_REASON, PARTS = COLUMNS.index("outcome__exit_reason"), COLUMNS.index("outcome__parts")
TARGETS = COLUMNS.index("targets")


def item_values(row: tuple) -> list:
    """What COLUMNS gave as the values of an item, in the order of its fields; lists stay lists."""
    *values, state = row
    values[REPLAY] = values[REPLAY] == Venue.Kind.REPLAY
    values[STATE] = values[STATE] or state
    values[EXIT_REASON] = values[EXIT_REASON] or None
    values[PARTS] = values[PARTS] or []
    return values


@dataclass(frozen=True, slots=True)
class SignalItem:
    """A candidate and how it went on.

    `state` is "rejected" or the state of the outcome: pending, open, missed, settled, unresolved, unscored.
    Times of bars are their opens. `replay` marks instruments of a replay venue, `external` signals that came
    from outside. What is unknown is None.
    """

    id: int
    strategy: str
    version: int
    version_id: int
    stage: str
    timeframe: str
    venue: str
    replay: bool
    instrument_id: int
    symbol: str
    side: str
    state: str
    reason: str
    detail: str
    signal_time: datetime
    close: float
    stop: float | None
    targets: tuple[float, ...]
    confidence: float | None
    reward_risk: float | None
    historical: bool
    late: bool
    created_at: datetime
    entry_time: datetime | None = None
    entry_price: float | None = None
    exit_time: datetime | None = None
    exit_price: float | None = None
    exit_reason: str | None = None
    r: float | None = None
    return_pct: float | None = None
    fees_pct: float | None = None
    mfe_r: float | None = None
    mae_r: float | None = None
    bars_held: int | None = None
    parts: tuple[dict[str, float], ...] = ()
    settled_at: datetime | None = None
    external: bool = False

    @classmethod
    def of(cls, signal: Signal) -> "SignalItem":
        """From a row fetched with `outcome`, `version__strategy` and `instrument__venue`."""
        outcome: Outcome | None = getattr(signal, "outcome", None)
        venue = signal.instrument.venue
        return cls(
            id=signal.pk,
            strategy=signal.version.strategy.name,
            version=signal.version.number,
            version_id=signal.version_id,
            stage=signal.version.stage,
            timeframe=signal.version.timeframe,
            venue=venue.name,
            replay=venue.kind == Venue.Kind.REPLAY,
            instrument_id=signal.instrument_id,
            symbol=signal.instrument.symbol,
            side=signal.side,
            state=outcome.state if outcome else signal.state,
            reason=signal.reason,
            detail=signal.detail,
            signal_time=signal.bar_time,
            close=signal.close,
            stop=signal.stop,
            targets=tuple(signal.targets),
            confidence=signal.confidence,
            reward_risk=signal.reward_risk,
            historical=signal.historical,
            late=signal.late,
            created_at=signal.created_at,
            external=signal.version.external,
            **_outcome(outcome),
        )

    @classmethod
    def of_row(cls, row: tuple) -> "SignalItem":
        """From what COLUMNS gave: some times faster than from a row with all that it is joined with."""
        values = item_values(row)
        values[TARGETS], values[PARTS] = tuple(values[TARGETS]), tuple(values[PARTS])
        return cls(*values)

    def to_dict(self) -> dict[str, object]:
        """For JSON: times as ISO 8601 with Z, unknown as null."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def _outcome(outcome: Outcome | None) -> dict[str, object]:
    if outcome is None:
        return {}
    values = {name: getattr(outcome, name) for name in OUTCOME_FIELDS}
    return values | {"exit_reason": outcome.exit_reason or None, "parts": tuple(outcome.parts)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value
