"""Reads alerts, for pages and commands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from heliograph.errors import NotFound
from heliograph.inbound.models import Alert
from heliograph.inbound.sources import find_source
from heliograph.signals.queries import Hidden, seen


class NoSuchAlert(NotFound):
    """There is no alert of that number."""

    def __init__(self, number: int):
        super().__init__(f"There is no alert {number}; refused ones are not kept for ever.")


@dataclass(frozen=True, slots=True)
class AlertItem:
    """An alert as it came, and what became of it. `source` is empty where that was removed."""

    id: int
    source: str
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
    rows = alert_rows().order_by("-received_at", "-pk")
    if source is not None:
        rows = rows.filter(version=find_source(source).version_id)
    if refused:
        rows = rows.filter(state=Alert.State.REFUSED)
    return [item_of(row) for row in rows[:limit]]


def alert_rows(*, hidden: Hidden = ()) -> QuerySet[Alert]:
    """Alerts with what an item tells of them, but those of strategies that are hidden."""
    rows = Alert.objects.filter(seen(hidden, "version__strategy"))
    return rows.select_related("version__strategy", "version__inbound_source", "instrument__venue")


def alert_of(signal_id: int) -> AlertItem | None:
    """The alert that a signal came from, None if it is one of our own."""
    row = alert_rows().filter(signal=signal_id).first()
    return item_of(row) if row else None


def item_of(row: Alert) -> AlertItem:
    """From a row of `alert_rows`."""
    source = getattr(row.version, "inbound_source", None)
    return AlertItem(
        id=row.pk,
        source=source.name if source else "",
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
