"""How long notices and what was sent of them are kept."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from heliograph.notices.models import Delivery, Notice, Sending, State
from heliograph.notices.topics import PUBLISHED, SETTLED

# What was given up is kept until somebody sends it again, but not for ever.
FAILED_DAYS = 180
# A signal that never ends, as of a strategy that only alerts: by its notice its end would be told.
ENDLESS_DAYS = 730


def old_sendings(*, days: int, at: datetime) -> QuerySet[Sending]:
    """What was sent so long ago, or given up; its deliveries and tries go with it."""
    sent = Q(state=State.SENT, sent_at__lt=at - timedelta(days=days))
    tests = Q(reason=Sending.Reason.TEST, made_at__lt=at - timedelta(days=days))
    given_up = Q(state=State.FAILED, made_at__lt=at - timedelta(days=max(days, FAILED_DAYS)))
    return Sending.objects.filter(sent | tests | given_up).order_by("pk")


def old_deliveries(*, days: int, at: datetime) -> QuerySet[Delivery]:
    """What was given up so long ago before it was tried."""
    over = at - timedelta(days=max(days, FAILED_DAYS))
    return Delivery.objects.filter(state=State.FAILED, sending=None, not_before__lt=over)


def old_notices(*, days: int, at: datetime) -> QuerySet[Notice]:
    """Notices of so long ago that are on no channel's list any more.

    That of a signal stays until the signal's end was told: who was not told of a signal is not told of its
    end.
    """
    listed = Delivery.objects.filter(notice=OuterRef("pk"))
    ended = Notice.objects.filter(topic=SETTLED.name, subject=OuterRef("subject"))
    old = Notice.objects.filter(spread=True, created_at__lt=at - timedelta(days=days)).filter(~Exists(listed))
    may_go = ~Q(topic=PUBLISHED.name) | Exists(ended) | Q(created_at__lt=at - timedelta(days=ENDLESS_DAYS))
    # The begin of a signal before its end, which is what lets it go.
    return old.filter(may_go).order_by("pk")
