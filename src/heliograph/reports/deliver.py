"""Tells of a report that is ready: by the outbox, on the channel that its schedule names and on no other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat

from heliograph.notices.attachments import Attachment
from heliograph.notices.message import Message
from heliograph.notices.models import Delivery, Notice
from heliograph.reports.forms import FORMS, file_name
from heliograph.reports.forms.written import period_words
from heliograph.reports.models import StoredReport
from heliograph.signals.queries import Hidden

TOPIC = "report.ready"
SUBJECT = "report:"
SENTENCES = 3


def tell_ready(stored: StoredReport, told: Mapping[str, Any], *, at: datetime) -> None:
    """Write the notice with its delivery; again, it changes nothing."""
    schedule = stored.schedule
    if schedule is None or schedule.channel is None or schedule.paused:
        return
    payload = {
        "report": stored.pk,
        "kind": stored.kind,
        "since": told["period"]["since"],
        "until": told["period"]["until"],
        "zone": stored.zone,
        "form": schedule.form,
        "title": f"{told['title']}, {period_words(told)}",
        "text": " ".join(told["summary"][:SENTENCES]),
    }
    # Spread already: its summary may tell of strategies that other subscribers may not hear of.
    notice, is_new = Notice.objects.get_or_create(
        topic=TOPIC,
        subject=f"{SUBJECT}{stored.pk}",
        defaults={"payload": payload, "created_at": at, "spread": True},
    )
    if is_new and schedule.channel.enabled:
        Delivery.objects.create(notice=notice, channel=schedule.channel, not_before=at)


def unseen(hidden: Hidden) -> Q:
    """The notices of reports in which something is that is hidden, or that nobody can look into any more."""
    named = Concat(Value(SUBJECT), Cast(F("pk"), CharField()), output_field=CharField())
    seen = StoredReport.objects.exclude(strategies__overlap=list(hidden)).values_list(named)
    return Q(topic=TOPIC) & ~Q(subject__in=seen)


def attached(message: Message) -> Attachment | None:
    """The report that a message tells of, as a file for letters; None where none is wanted, or it is gone."""
    form = FORMS.get(str(message.payload.get("form", "")))
    if message.topic != TOPIC or form is None:
        return None
    stored = StoredReport.objects.filter(pk=message.payload.get("report")).first()
    if stored is None or not stored.content:
        return None
    told = stored.told()
    return Attachment(file_name(told, form.name), form.kind, form.make(told))
