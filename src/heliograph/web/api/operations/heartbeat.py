"""The dead-man's switch: an address outside that is told every minute that all works."""

from typing import Annotated, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Router, Status

from heliograph.kit.clock import utc_now
from heliograph.monitor.alerts import heartbeat as verbs
from heliograph.monitor.alerts.queries import HeartbeatItem, read_heartbeat
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Line, Told
from heliograph.web.api.changing import insist
from heliograph.web.api.idempotent import idempotent, reaches_out
from heliograph.web.api.problems import Refused
from heliograph.web.api.shapes.alerts import HeartbeatShape, HeartbeatTestShape

router = Router(tags=["alerts"])
Host = Annotated[str, Field(min_length=1, max_length=253)]


class HeartbeatTold(Told):
    """Where to tell it: by the address, or by the name of the environment variable that holds it.

    Nothing is sent while the health is below `least_score`; 26: while no gate is red. Private hosts only an
    admin may name.
    """

    url: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    url_env: Line | None = None
    allow_private: Annotated[list[Host], Field(max_length=20)] = Field(default_factory=list)
    method: Literal["GET", "POST"] = "POST"
    least_score: Annotated[float, Field(ge=0, le=100)] = 26


@router.get("heartbeat", response=HeartbeatShape, summary="The dead-man's switch")
@answers()
@needs("operator")
def get_heartbeat(request: HttpRequest) -> HeartbeatItem:
    """When it was reached last, or why nothing is sent; 404 where none is set."""
    return read_heartbeat()


@router.put("heartbeat", response=HeartbeatShape, summary="Set the dead-man's switch")
@idempotent
@needs("operator")
def set_heartbeat(request: HttpRequest, told: HeartbeatTold) -> HeartbeatItem:
    """From the next minute on; in place of the one there was."""
    if (told.url is None) == (told.url_env is None):
        raise Refused(422, "Name the address by `url` or by `url_env`.", name="url")
    if told.allow_private:
        insist(request, "admin", "Naming private hosts")
    options: dict[str, object] = {"url": told.url} if told.url else {"url_env": told.url_env}
    if told.allow_private:
        options["allow_private"] = told.allow_private
    verbs.set_heartbeat(options, method=told.method, least_score=told.least_score, at=utc_now())
    item = read_heartbeat()
    tell(request, "heartbeat.set", item.where)
    return item


@router.post("heartbeat/test", response=HeartbeatTestShape, summary="Try the dead-man's switch")
@reaches_out
@needs("operator")
def test_heartbeat(request: HttpRequest) -> dict[str, object]:
    """At once, whatever the health says; where it is not taken, `error` says why."""
    place = read_heartbeat().where
    tell(request, "heartbeat.test", place, step="asked")
    beat = verbs.try_heartbeat(at=utc_now())
    with transaction.atomic():
        tell(request, "heartbeat.test", place, step="done", sent=beat.sent)
    return {"sent": beat.sent, "error": beat.error}


@router.delete("heartbeat", response={204: None}, summary="End the dead-man's switch")
@idempotent
@needs("operator")
def remove_heartbeat(request: HttpRequest) -> Status:
    """End the check on the other side first: it would raise its alarm."""
    place = read_heartbeat().where
    verbs.remove_heartbeat()
    tell(request, "heartbeat.off", place)
    return Status(204, None)
