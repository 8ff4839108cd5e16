"""Why a strategy did, or did not, give a signal at a bar."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.signals import EvaluationShape, PostponedShape

Verdict = Literal["true", "false", "unknown"]


class WarmUpShape(Schema):
    """Why a value is unknown: bars needed, bars that existed, and when it was first known."""

    needed: int
    existing: int
    known_from: datetime | None


class ClauseShape(Schema):
    """One part of an expression at the bar; `decides` marks those that make the whole false or unknown."""

    kind: str
    text: str
    name: str
    column: int
    value: float | None
    previous: float | None
    verdict: Verdict | None
    decides: bool
    says: str
    warm_up: WarmUpShape | None
    parts: list["ClauseShape"]


class ExpressionShape(Schema):
    """One key of a side, such as `enter` or `stop`, with its tree."""

    key: str
    tree: ClauseShape


class CheckShape(Schema):
    """One filter of a candidate; `passed` is null where it was not asked."""

    name: str
    value: float | None
    limit: float | None
    passed: bool | None
    decides: bool
    says: str


class SlotShape(Schema):
    """The slot of a side at the close of the bar."""

    state: Literal["free", "taken", "cooldown"]
    signal_id: int | None
    since: datetime | None
    bars_left: int | None
    says: str


class SideShape(Schema):
    """Why one side did, or did not, give a signal."""

    side: Literal["long", "short"]
    ending: str
    reason: str
    sentence: str
    signal_id: int | None
    roots: list[ExpressionShape]
    filters: list[CheckShape]
    slot: SlotShape


class BarShape(Schema):
    """A candle as it was known."""

    bar_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class NearShape(Schema):
    """How `enter` stood on a bar close by."""

    bar_time: datetime
    side: Literal["long", "short"]
    verdict: Verdict
    signal_id: int | None
    state: str


class ExplanationShape(Schema):
    """All that is known about one version, one instrument and one bar.

    `as_known_at` is the moment whose candles were used, null for today's; `revised` says that today's would
    give other values.
    """

    version_id: int
    strategy: str
    number: int
    stage: str
    timeframe: str
    instrument_id: int
    venue: str
    symbol: str
    bar: BarShape
    as_known_at: datetime | None
    revised: bool
    sides: list[SideShape]
    near: list[NearShape]
    evaluated: EvaluationShape | None
    postponed: PostponedShape | None
