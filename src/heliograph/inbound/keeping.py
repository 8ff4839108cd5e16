"""How long alerts are kept."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from heliograph.inbound.models import Alert

State = Alert.State


def old_alerts(*, days: int, at: datetime) -> QuerySet[Alert]:
    """Alerts of so long ago on which nothing rests: refused ones, and those that told to leave once more.

    One that became a signal is kept as its signal is, and so is the first after it that told to leave: where
    a candle is corrected, the signal is followed anew by both.
    """
    over = at - timedelta(days=days)
    refused = Q(state=State.REFUSED, received_at__lt=over)
    again = Q(state=State.HEEDED, bar_time__lt=over) & Q(Exists(_left_before()))
    return Alert.objects.filter(refused | again).order_by("pk")


def _left_before() -> QuerySet[Alert]:
    """Earlier ones that told to leave the same, with nothing entered since: by them all had been left."""
    entered = Alert.objects.filter(
        version=OuterRef("version"),
        instrument=OuterRef("instrument"),
        state__in=[State.SIGNAL, State.WAITING],
        bar_time__gte=OuterRef("bar_time"),
        bar_time__lte=OuterRef(OuterRef("bar_time")),
    )
    same_side = Q(side="") | Q(side=OuterRef("side"))
    earlier = Alert.objects.filter(
        same_side,
        version=OuterRef("version"),
        instrument=OuterRef("instrument"),
        state=State.HEEDED,
        bar_time__lt=OuterRef("bar_time"),
    )
    return earlier.filter(~Exists(entered))
