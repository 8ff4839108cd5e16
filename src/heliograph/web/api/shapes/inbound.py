"""Who may send alerts as signals from outside."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed
from heliograph.web.api.shapes.strategies import Stage


class SourceShape(Schema):
    """A source, and how its alerts fared, of those that are kept; `venue` is empty where any will do.

    `renewing`: the secret of before is taken too, until it is ended.
    """

    name: str
    strategy: str
    version: int
    stage: Stage
    timeframe: str
    venue: str
    long_only: bool
    addresses: list[str]
    per_minute: int
    created_at: datetime
    renewing: bool
    alerts: int
    refused: int
    last_alert_at: datetime | None


class SourceList(Listed[SourceShape]):
    """A page of sources."""


class MadeSourceShape(SourceShape):
    """The same with the path that alerts go to, and the secret, which is shown this once."""

    path: str
    secret: str


class StoredAlertShape(Schema):
    """An alert as it came, without its secret, and what became of it: `reason` says why it was refused, and
    `signal_id` is the signal that it became. `source` is null where that was removed."""

    id: int
    source: str | None
    strategy: str
    state: Literal["waiting", "signal", "heeded", "refused"]
    reason: str
    action: str
    side: str
    symbol: str | None
    venue: str | None
    bar_time: datetime | None
    received_at: datetime
    signal_id: int | None
    stop: float | None
    targets: list[float]
    body: str


class StoredAlertList(Listed[StoredAlertShape]):
    """A page of alerts."""
