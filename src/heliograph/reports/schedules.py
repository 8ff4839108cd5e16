"""Schedules of reports: added, paused, removed, and the reports that are due by them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from heliograph.errors import UserError
from heliograph.notices.channel import find_channel
from heliograph.reports.errors import NoSuchSchedule
from heliograph.reports.keep import request_report
from heliograph.reports.models import ReportSchedule
from heliograph.reports.periods import REGULAR, Kind, known_zone, last_period
from heliograph.signals.queries import Hidden

# The last bars of a period come, and its signals settle, a little after its end.
LATER = timedelta(minutes=3)
MOST = 50
# The strategies that those may not see who get the reports; None: they are to see nothing at all.
HiddenFrom = Callable[[ReportSchedule], Hidden | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a schedule is to be."""

    kind: str
    zone: str = "UTC"
    channel: str | None = None
    form: str = ""
    audience: str = ""


def add_schedule(wish: Wish, *, at: datetime) -> ReportSchedule:
    """Store it; the first report is that of the period that runs now."""
    if wish.kind not in REGULAR:
        raise UserError(f"Reports come {', '.join(REGULAR)}, not '{wish.kind[:32]}'.")
    if wish.form not in ReportSchedule.Form:
        raise UserError(f"There is no form '{wish.form[:32]}' of reports.")
    known_zone(wish.zone)
    if ReportSchedule.objects.filter(audience=wish.audience).count() >= MOST:
        raise UserError(f"There are {MOST} schedules already; remove one first.")
    return ReportSchedule.objects.create(
        audience=wish.audience,
        kind=wish.kind,
        zone=wish.zone,
        channel=find_channel(wish.channel) if wish.channel else None,
        form=wish.form,
        created_at=at,
        done_until=last_period(Kind(wish.kind), at=at, zone=wish.zone).until,
    )


def schedules_of(audiences: Collection[str] | None) -> QuerySet[ReportSchedule]:
    """Those of these audiences; None: of anybody."""
    rows = ReportSchedule.objects.select_related("channel").order_by("pk")
    return rows if audiences is None else rows.filter(audience__in=audiences)


def find_schedule(number: int, *, audiences: Collection[str] | None = None) -> ReportSchedule:
    """The one of that number, or NoSuchSchedule."""
    found = schedules_of(audiences).filter(pk=number).first()
    if found is None:
        raise NoSuchSchedule(number)
    return found


def pause_schedule(
    number: int, *, paused: bool = True, at: datetime, audiences: Collection[str] | None = None
) -> ReportSchedule:
    """Let it rest, or go on with the period that runs now."""
    found = find_schedule(number, audiences=audiences)
    found.paused = paused
    found.done_until = last_period(Kind(found.kind), at=at, zone=found.zone).until
    found.save(update_fields=["paused", "done_until"])
    return found


def remove_schedule(number: int, *, audiences: Collection[str] | None = None) -> None:
    """Forget it; the reports that it made stay."""
    find_schedule(number, audiences=audiences).delete()


def ask_due(*, at: datetime, hidden_from: HiddenFrom) -> int:
    """Ask for the reports whose period is over; returns how many. Again, it asks for nothing.

    After an outage only the newest period is reported on: those before it can be asked for by hand.
    """
    asked = 0
    for schedule in schedules_of(None).filter(paused=False):
        period = last_period(Kind(schedule.kind), at=at - LATER, zone=schedule.zone)
        if period.until <= schedule.done_until:
            continue
        hidden = hidden_from(schedule)
        with transaction.atomic():
            due = ReportSchedule.objects.filter(pk=schedule.pk, done_until=schedule.done_until, paused=False)
            if due.update(done_until=period.until) and hidden is not None:
                request_report(period, hidden=hidden, at=at, schedule=schedule)
                asked += 1
    return asked
