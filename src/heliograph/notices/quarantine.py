"""Holding back all that would be sent, until a person has decided: as after a restore."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from heliograph.notices.errors import NoQuarantine
from heliograph.notices.models import Delivery, Notice, Quarantine, Sending, State

DROPPED = "Given up when the quarantine behind a restore ended."
WAITING = """
SELECT (SELECT count(*) FROM notices_notice WHERE NOT spread),
       (SELECT count(*) FROM notices_delivery WHERE state = 'pending')
"""
# The same as SQL, for where a server was recovered and nothing but it runs yet.
BEGIN = """
INSERT INTO notices_quarantine (reason, since, decision) VALUES (%(reason)s, %(since)s, '')
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A quarantine that stands: notices that nobody was chosen for yet, and deliveries that wait."""

    reason: str
    since: datetime
    notices: int
    deliveries: int


def begin_quarantine(reason: str, *, at: datetime) -> bool:
    """Send nothing from now on; False if nothing was sent anyway. What is being sent goes on."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {"reason": reason, "since": at})
        return cursor.rowcount == 1


def standing() -> Standing | None:
    """The quarantine that stands, if one does."""
    row = Quarantine.objects.filter(ended_at=None).first()
    if row is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        notices, deliveries = cursor.fetchone()
    return Standing(row.reason, row.since, notices, deliveries)


@transaction.atomic
def release(*, at: datetime) -> None:
    """Let go what waits, in its order; NoQuarantine where none stands."""
    _end(Quarantine.Decision.RELEASED, at=at)


@transaction.atomic
def drop(*, at: datetime) -> int:
    """Give up what waits, and send again what comes from now on; how many notices and deliveries were given
    up. They are shown as failed, and may be sent one by one.
    """
    _end(Quarantine.Decision.DROPPED, at=at)
    given_up = Notice.objects.filter(spread=False).update(spread=True)
    given_up += Delivery.objects.filter(state=State.PENDING).update(state=State.FAILED, error=DROPPED)
    Sending.objects.filter(state=State.PENDING).update(state=State.FAILED, error=DROPPED)
    return given_up


def _end(decision: Quarantine.Decision, *, at: datetime) -> None:
    if not Quarantine.objects.filter(ended_at=None).update(ended_at=at, decision=decision):
        raise NoQuarantine
