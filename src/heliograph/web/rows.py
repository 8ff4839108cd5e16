"""One row of a list of signals, ready to be shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from heliograph.signals.items import SignalItem
from heliograph.web.numbers import DASH, fixed, signed
from heliograph.web.outcome_bar import OutcomeBar, outcome_bar
from heliograph.web.reads.marks import Mark

STATUS = {
    "rejected": ("rejected", "rejected"),
    "published": ("running", "published"),
    "pending": ("running", "pending"),
    "open": ("running", "open"),
    "missed": ("off", "missed"),
    "unresolved": ("unknown", "unresolved"),
    "unscored": ("off", "not scored"),
}
REASONS = {
    "no_stop": "stop unknown",
    "no_target": "target unknown",
    "no_confidence": "confidence unknown",
    "wrong_side": "levels on the wrong side",
    "both_sides": "candidates of both sides",
    "min_confidence": "confidence below its minimum",
    "min_reward_risk": "reward / risk below its minimum",
    "cooldown": "cooldown still running",
    "opposite": "closed the other side instead",
    "late_data": "first seen in late data",
}

# Their words hold the figures that decided.
MEASURED = ("min_confidence", "min_reward_risk")


@dataclass(frozen=True, slots=True)
class SignalRow:
    """`note` stands where the bar would be; `tone` is good, bad or nothing; `fresh` rows are new."""

    item: SignalItem
    bar: OutcomeBar | None
    note: str
    r: str
    tone: str
    glyph: str
    state: str
    confidence: str
    worst: float | None
    best: float | None
    fresh: bool

    @property
    def kind(self) -> str:
        """The class of the table row."""
        if self.item.state == "rejected":
            return "rejected"
        return "" if self.bar else "unscored"


def signal_row(item: SignalItem, mark: Mark | None = None, *, fresh: bool = False) -> SignalRow:
    """`mark` tells how an open signal stands at the newest close."""
    r = item.r if item.r is not None else mark.r if mark else None
    settled = item.state == "settled"
    glyph, state = STATUS.get(item.state, ("done", item.exit_reason or item.state))
    return SignalRow(
        item=item,
        bar=_bar(item, mark, r, state),
        note=_note(item),
        r=signed(r, 2),
        tone=("good" if r > 0 else "bad") if settled and r else "",
        glyph=glyph,
        state=state,
        confidence=fixed(item.confidence, 2),
        worst=mark.worst if mark else item.mae_r,
        best=mark.best if mark else item.mfe_r,
        fresh=fresh,
    )


def signal_rows(
    items: Iterable[SignalItem], marks: Mapping[int, Mark], *, seen: int | None = None
) -> list[SignalRow]:
    """Rows in the order of the items; those found after the signal `seen` are fresh."""
    return [signal_row(item, marks.get(item.id), fresh=seen is not None and item.id > seen) for item in items]


def targets_in_r(item: SignalItem) -> tuple[float, ...]:
    """The targets as multiples of the risk, from the entry or, before it, from the close."""
    base = item.entry_price if item.entry_price is not None else item.close
    if item.stop is None or base == item.stop:
        return ()
    return tuple((target - base) / (base - item.stop) for target in item.targets)


def _bar(item: SignalItem, mark: Mark | None, r: float | None, state: str) -> OutcomeBar | None:
    if item.state not in ("open", "settled") or r is None:
        return None
    is_open = item.state == "open"
    return outcome_bar(
        r=r,
        worst=mark.worst if mark else item.mae_r,
        best=mark.best if mark else item.mfe_r,
        targets=targets_in_r(item),
        is_open=is_open,
        how="open" if is_open else f"left at {state}",
    )


def _note(item: SignalItem) -> str:
    if item.state == "rejected":
        return item.detail if item.reason in MEASURED else REASONS.get(item.reason, item.reason)
    if item.state == "missed":
        return item.detail or "opened beyond its stop or first target"
    if item.state == "pending":
        return "enters at the next open"
    if item.state == "unscored":
        return "published, not scored"
    if item.stop is None and item.return_pct is not None:
        return f"no stop; {signed(item.return_pct, 2)} % after costs"
    return "no stop, so no R" if item.stop is None else DASH
