"""Signals and how they ended."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed


class PartShape(Schema):
    """A part of a trade that left at a target."""

    target: int
    time: datetime
    price: float
    fraction: float


class SignalShape(Schema):
    """A candidate and how it went on; `state` is rejected or the state of its outcome."""

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
    side: Literal["long", "short"]
    state: str
    reason: str
    detail: str
    signal_time: datetime
    close: float
    stop: float | None
    targets: list[float]
    confidence: float | None
    reward_risk: float | None
    historical: bool
    late: bool
    created_at: datetime
    entry_time: datetime | None
    entry_price: float | None
    exit_time: datetime | None
    exit_price: float | None
    exit_reason: str | None
    r: float | None
    return_pct: float | None
    fees_pct: float | None
    mfe_r: float | None
    mae_r: float | None
    bars_held: int | None
    parts: list[PartShape]
    settled_at: datetime | None


class SignalList(Listed[SignalShape]):
    """A page of signals."""
