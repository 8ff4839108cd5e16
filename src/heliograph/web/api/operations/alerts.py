"""Alerts from outside as they came, and what became of them."""

from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router

from heliograph.inbound.alerts import NoSuchAlert, alert_rows, item_of
from heliograph.inbound.models import Alert
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Moment, Name, Paging
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.inbound import StoredAlertList, StoredAlertShape

router = Router(tags=["inbound"])
NEWEST = Order("alerts", ("-pk",))


class AskedAlerts(Paging):
    """Which alerts."""

    shape: ClassVar[type] = StoredAlertShape
    source: Name | None = None
    state: Literal["waiting", "signal", "heeded", "refused"] | None = None
    signal_id: Id | None = Field(None, description="The one that became this signal.")
    since: Moment | None = Field(None, description="Received at that moment or later.")


class AskedAlert(Chosen):
    """What of one alert."""

    shape: ClassVar[type] = StoredAlertShape


@router.get("alerts", response=StoredAlertList, summary="Alerts from outside, newest first")
@answers()
@needs("viewer")
def list_alerts(request: HttpRequest, asked: Query[AskedAlerts]) -> Page:
    """As they came, with what became of each, and why where it was refused."""
    meant = {
        "version__inbound_source__name": asked.source,
        "state": asked.state,
        "signal": asked.signal_id,
        "received_at__gte": asked.since,
    }
    named = {name: value for name, value in meant.items() if value is not None}
    return page_of(alert_rows(hidden=hidden(request)).filter(**named), asked, NEWEST, _alert)


@router.get("alerts/{alert_id}", response=StoredAlertShape, summary="One alert from outside")
@answers()
@needs("viewer")
def get_alert(request: HttpRequest, alert_id: Id, asked: Query[AskedAlert]) -> dict[str, object]:
    """While it is kept."""
    found = alert_rows(hidden=hidden(request)).filter(pk=alert_id).first()
    if found is None:
        raise NoSuchAlert(alert_id)
    return _alert(found)


def _alert(row: Alert) -> dict[str, object]:
    item = item_of(row)
    none = {name: getattr(item, name) or None for name in ("source", "symbol", "venue")}
    return filled(StoredAlertShape, item, **none)
