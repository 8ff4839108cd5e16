"""Who may send alerts as signals from outside."""

from datetime import datetime

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed
from heliograph.web.api.shapes.strategies import Stage


class SourceShape(Schema):
    """A source, and how its alerts fared; `venue` is empty where any will do."""

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
    alerts: int
    refused: int
    last_alert_at: datetime | None


class SourceList(Listed[SourceShape]):
    """A page of sources."""


class MadeSourceShape(SourceShape):
    """The same with the path that alerts go to, and the secret, which is shown this once."""

    path: str
    secret: str
