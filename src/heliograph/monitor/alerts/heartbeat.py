"""The dead-man's switch: an address outside is told again and again that all works, as long as it does.

Who is told raises its own alarm when nothing comes any more, whatever has become of this machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from heliograph.monitor.alerts.errors import BadHeartbeat, NoHeartbeat
from heliograph.monitor.alerts.models import Heartbeat
from heliograph.monitor.queries import newest_looks
from heliograph.notices.channels.answers import judge
from heliograph.notices.channels.exchange import exchange
from heliograph.notices.channels.kind import refuse_strange
from heliograph.notices.channels.webhook.target import Target
from heliograph.notices.errors import BadChannel, NotSent

TAKES = frozenset({"url", "url_env", "allow_private"})
METHODS = ("GET", "POST")
# Of a look that is older nobody knows whether it still holds.
FRESH = timedelta(minutes=2)
SCORE = "health_score"


@dataclass(frozen=True, slots=True)
class Beat:
    """What came of a try; `held` says why nothing was sent, `error` why it was not taken."""

    sent: bool
    held: str = ""
    error: str = ""


def set_heartbeat(
    options: Mapping[str, object], *, method: str = "POST", least_score: float = 26, at: datetime
) -> Heartbeat:
    """Tell that address from now on, every minute while the score is at least that."""
    if method not in METHODS:
        raise BadHeartbeat(f"'{method}' is no method that is sent; there are {' and '.join(METHODS)}.")
    if not 0 <= least_score <= 100:
        raise BadHeartbeat("A score lies between 0 and 100; 0 sends as long as anybody looks.")
    try:
        refuse_strange("heartbeat", options, TAKES)
        Target.of(options, is_signed=False)
    except BadChannel as fault:
        raise BadHeartbeat(str(fault)) from fault
    told = {"options": dict(options), "method": method, "least_score": least_score, "set_at": at}
    fresh = {"tried_at": None, "reached_at": None, "failures": 0, "error": "", "held": ""}
    return Heartbeat.objects.update_or_create(pk=1, defaults=told | fresh)[0]


def find_heartbeat() -> Heartbeat:
    """The one that is set, or NoHeartbeat."""
    found = Heartbeat.objects.filter(pk=1).first()
    if found is None:
        raise NoHeartbeat
    return found


def remove_heartbeat() -> None:
    """Tell nobody any more."""
    if not Heartbeat.objects.filter(pk=1).delete()[0]:
        raise NoHeartbeat


def where(heartbeat: Heartbeat) -> str:
    """Host of the address: the rest of it may be a secret."""
    if name := heartbeat.options.get("url_env"):
        return f"the address in {name}"
    try:
        return Target.of(heartbeat.options, is_signed=False).authority
    except BadChannel:
        return str(heartbeat.options.get("url", "")).partition("?")[0][:80]


def send_heartbeat(*, at: datetime) -> Beat | None:
    """Tell the address if all works; None where none is set. No transaction waits for its answer."""
    found = Heartbeat.objects.filter(pk=1).first()
    if found is None:
        return None
    if reason := _held(found, at=at):
        Heartbeat.objects.filter(pk=1, set_at=found.set_at).update(held=reason[:200])
        return Beat(sent=False, held=reason)
    return _keep(found, _try(found, at=at), at=at)


def try_heartbeat(*, at: datetime) -> Beat:
    """Tell the address once, whatever the health says."""
    found = find_heartbeat()
    return _keep(found, _try(found, at=at), at=at)


def _try(found: Heartbeat, *, at: datetime) -> Beat:
    try:
        target = Target.of(found.options, is_signed=False)
        headers = {"User-Agent": "Heliograph"}
        judge(exchange(target.place, found.method, target.path, headers, b""), at=at)
    except (BadChannel, NotSent) as fault:
        return Beat(sent=False, error=str(fault))
    return Beat(sent=True)


@transaction.atomic
def _keep(found: Heartbeat, beat: Beat, *, at: datetime) -> Beat:
    """Note what came of it, unless another address was set meanwhile."""
    row = Heartbeat.objects.select_for_update().filter(pk=1, set_at=found.set_at).first()
    if row is not None:
        row.tried_at, row.held, row.error = at, "", beat.error
        row.reached_at = at if beat.sent else row.reached_at
        row.failures = 0 if beat.sent else row.failures + 1
        row.save()
    return beat


def _held(found: Heartbeat, *, at: datetime) -> str:
    """Why nothing is sent now; empty: all works as far as it is asked for."""
    score = next(iter(newest_looks({(SCORE,): FRESH}, at=at)), None)
    if score is None or score.value is None:
        return "nobody has looked at the whole for two minutes"
    if score.value < found.least_score:
        return f"the health is {score.value:.0f}, below {found.least_score:g}"
    return ""
