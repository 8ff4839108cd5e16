"""Alerts from outside: anybody may send one who has the secret of a source."""

from datetime import datetime
from typing import Annotated, Literal

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema, Status

from heliograph.inbound.accept import Accepted, accept
from heliograph.inbound.errors import TooManyAlerts, WrongAddress
from heliograph.inbound.models import Alert
from heliograph.inbound.reading import LONGEST
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import public
from heliograph.web.api.asked import Name
from heliograph.web.api.described import also
from heliograph.web.api.problems import Refused

router = Router(tags=["inbound"])
EXAMPLE = {"secret": "...", "symbol": "BINANCE:BTCUSDT", "action": "buy", "stop": 63_000, "targets": [66_000]}
BODY = {
    "requestBody": {
        "required": True,
        "description": "JSON or a line of text, whatever the type says: see the how-to of alerts.",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": EXAMPLE},
            "text/plain": {"schema": {"type": "string"}, "example": "buy BINANCE:BTCUSDT stop=63000"},
        },
    }
}


class AlertShape(Schema):
    """An alert as it is stored. `bar_time` is the open of its bar; it is a signal when that has closed."""

    id: int
    state: Literal["waiting", "signal", "heeded", "refused"]
    known: bool = Field(description="It had come before, and is not stored twice.")
    reason: str
    action: str
    symbol: str | None
    venue: str | None
    bar_time: datetime | None
    received_at: datetime


@router.post(
    "inbound/{source}",
    response={200: AlertShape, 202: AlertShape},
    summary="Send an alert as a signal from outside",
    openapi_extra=BODY,
)
@public
@also(403)
def send_alert(
    request: HttpRequest,
    source: Annotated[Name, Path()],
    secret: Annotated[str, Query(max_length=200, description="Where the body cannot hold it.")] = "",
) -> Status:
    """202: it is taken; 200: it had come before. What cannot be followed is 422, and is kept with its reason.

    The secret of the source stands in the body as `secret`, in the address, or in `Authorization: Bearer`.
    """
    found = _accepted(request, source, secret or _bearer(request))
    if found.alert.state == Alert.State.REFUSED and not found.is_known:
        raise Refused(422, found.alert.reason)
    return Status(200 if found.is_known else 202, _shape(found))


def _accepted(request: HttpRequest, source: str, secret: str) -> Accepted:
    try:
        address = str(request.META.get("REMOTE_ADDR", ""))
        return accept(source, _content(request), secret=secret, address=address, at=utc_now())
    except WrongAddress as fault:
        raise Refused(403, str(fault)) from fault
    except TooManyAlerts as fault:
        raise Refused(429, str(fault), headers={"Retry-After": str(fault.after)}) from fault


def _content(request: HttpRequest) -> bytes:
    told = request.META.get("CONTENT_LENGTH") or "0"
    try:
        if not (told.isascii() and told.isdecimal() and int(told) <= LONGEST):
            raise RequestDataTooBig
        content = bytes(request.body)
    except RequestDataTooBig as fault:
        raise Refused(413, f"An alert has at most {LONGEST:,} bytes.") from fault
    return content


def _bearer(request: HttpRequest) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _shape(found: Accepted) -> dict[str, object]:
    alert = found.alert
    return {
        "id": alert.pk,
        "state": alert.state,
        "known": found.is_known,
        "reason": alert.reason,
        "action": alert.action,
        "symbol": alert.instrument.symbol if alert.instrument else None,
        "venue": alert.instrument.venue.name if alert.instrument else None,
        "bar_time": alert.bar_time,
        "received_at": alert.received_at,
    }
