"""Sends again: what was given up, or one delivery whatever came of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from heliograph.notices.errors import NoSuchDelivery, NoSuchNotice
from heliograph.notices.models import Channel, Delivery, Notice, Sending, State
from heliograph.notices.spreading import Hides


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which failed deliveries: those of a notice, of a channel, of notices since a moment; else all."""

    notice: int | None = None
    channel: Channel | None = None
    since: datetime | None = None


def replay(chosen: Chosen, *, at: datetime, hides: Hides | None = None) -> int:
    """Let failed deliveries go once more; how many. A receiver that has them can tell by their ids.

    Those for an audience that is to hear nothing any more, as `hides` says, stay where they are.
    """
    if chosen.notice is not None and not Notice.objects.filter(pk=chosen.notice).exists():
        raise NoSuchNotice(chosen.notice)
    failed = Delivery.objects.filter(state=State.FAILED)
    if chosen.notice is not None:
        failed = failed.filter(notice=chosen.notice)
    if chosen.channel is not None:
        failed = failed.filter(channel=chosen.channel)
    if chosen.since is not None:
        failed = failed.filter(notice__created_at__gte=chosen.since)
    return _again(failed, at=at, hides=hides)


def replay_delivery(number: int, *, at: datetime, hides: Hides | None = None) -> int:
    """Send one delivery again, also one that was sent, with all that went in the same message; how many.

    None where it is for an audience that is to hear nothing any more, as `hides` says.
    """
    channel_of(number)
    return _again(Delivery.objects.filter(pk=number).exclude(state=State.PENDING), at=at, hides=hides)


def channel_of(number: int) -> str:
    """The name of the channel that a delivery is for, or NoSuchDelivery."""
    found = Delivery.objects.filter(pk=number).values_list("channel__name", flat=True).first()
    if found is None:
        raise NoSuchDelivery(number)
    return found


@transaction.atomic
def _again(chosen: QuerySet[Delivery], *, at: datetime, hides: Hides | None) -> int:
    locked = chosen.select_for_update(of=("self",))
    rows = list(locked.values_list("pk", "sending", "channel", "channel__audience", "subscription__audience"))
    silent = _silent({one for _, _, _, *audiences in rows for one in audiences if one}, hides)
    found = [row[:3] for row in rows if silent.isdisjoint(row[3:])]
    sendings = {sending for _, sending, _ in found if sending is not None}
    alone = [pk for pk, sending, _ in found if sending is None]
    # The person knows that the other side is back.
    channels = {channel for _, _, channel in found}
    Channel.objects.filter(pk__in=channels).update(failures=0, rests_until=None)
    # A process that is at it cannot write its result any more.
    Sending.objects.filter(pk__in=sendings).update(
        state=State.PENDING, tries=0, not_before=at, sent_at=None, error="", epoch=F("epoch") + 1
    )
    together = Delivery.objects.filter(sending__in=sendings).update(state=State.PENDING)
    apart = Delivery.objects.filter(pk__in=alone)
    return together + apart.update(state=State.PENDING, not_before=at, error="")


def _silent(audiences: set[str], hides: Hides | None) -> set[str]:
    """Of these audiences those that are to hear nothing."""
    unheard = hides(audiences) if hides and audiences else {}
    return {one for one, names in unheard.items() if names is None}
