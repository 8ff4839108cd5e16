"""Reads alerts, for pages and commands."""

from dataclasses import dataclass
from datetime import datetime

from heliograph.inbound.errors import NoSuchSource
from heliograph.inbound.models import Alert, Source


@dataclass(frozen=True, slots=True)
class AlertItem:
    """An alert as it came, and what became of it."""

    id: int
    strategy: str
    state: str
    reason: str
    action: str
    side: str
    symbol: str
    venue: str
    bar_time: datetime | None
    received_at: datetime
    signal_id: int | None
    stop: float | None
    targets: tuple[float, ...]
    body: str


def list_alerts(*, source: str | None = None, refused: bool = False, limit: int = 50) -> list[AlertItem]:
    """The newest alerts, of all sources or of one; NoSuchSource if there is none of that name."""
    rows = Alert.objects.select_related("version__strategy", "instrument__venue").order_by(
        "-received_at", "-pk"
    )
    if source is not None:
        found = Source.objects.filter(name=source).first()
        if found is None:
            known = Source.objects.order_by("name").values_list("name", flat=True)
            raise NoSuchSource(source, known=list(known))
        rows = rows.filter(version=found.version_id)
    if refused:
        rows = rows.filter(state=Alert.State.REFUSED)
    return [_item(row) for row in rows[:limit]]


def alert_of(signal_id: int) -> AlertItem | None:
    """The alert that a signal came from, None if it is one of our own."""
    rows = Alert.objects.select_related("version__strategy", "instrument__venue")
    row = rows.filter(signal=signal_id).first()
    return _item(row) if row else None


def _item(row: Alert) -> AlertItem:
    return AlertItem(
        id=row.pk,
        strategy=str(row.version),
        state=row.state,
        reason=row.reason,
        action=row.action,
        side=row.side,
        symbol=row.instrument.symbol if row.instrument else "",
        venue=row.instrument.venue.name if row.instrument else "",
        bar_time=row.bar_time,
        received_at=row.received_at,
        signal_id=row.signal_id,
        stop=row.stop,
        targets=tuple(row.targets),
        body=row.body,
    )
