"""Channels that had topics get a subscription of the installation; what was tried gets its sending."""

from base64 import b32encode
from datetime import UTC
from hashlib import sha256

from django.db import migrations
from django.db.models import Q

PIECE = 2_000


def fill(apps, schema_editor):
    """In pieces, so that a long history does not fill the memory."""
    channels = apps.get_model("notices", "Channel").objects
    subscriptions = apps.get_model("notices", "Subscription").objects
    deliveries = apps.get_model("notices", "Delivery").objects
    for channel in channels.order_by("pk"):
        asked = subscriptions.create(channel=channel, topics=channel.topics, created_at=channel.created_at)
        deliveries.filter(channel=channel).update(subscription=asked)
    tried = deliveries.filter(Q(tries__gt=0) | ~Q(state="pending"), sending=None)
    while rows := list(tried.select_related("notice").order_by("pk")[:PIECE]):
        _send(apps.get_model("notices", "Sending"), rows)
        deliveries.bulk_update(rows, ["sending"])


def empty(apps, schema_editor):
    """Back: each channel has the topics of its first subscription, each delivery the tries of its sending."""
    for channel in apps.get_model("notices", "Channel").objects.all():
        first = channel.subscriptions.order_by("pk").first()
        channel.topics = first.topics if first else []
        channel.save(update_fields=["topics"])
    for sending in apps.get_model("notices", "Sending").objects.all().iterator(PIECE):
        sending.deliveries.update(tries=sending.tries, sent_at=sending.sent_at, error=sending.error)
    apps.get_model("notices", "Delivery").objects.update(sending=None)
    apps.get_model("notices", "Sending").objects.all().delete()
    apps.get_model("notices", "Subscription").objects.all().delete()


def _send(model, rows):
    made = [
        model(
            channel_id=row.channel_id,
            subscription_id=row.subscription_id,
            key=_key(row.notice),
            topic=row.notice.topic,
            subject=row.notice.subject,
            created_at=row.notice.created_at,
            state=row.state,
            tries=row.tries,
            not_before=row.not_before,
            epoch=row.epoch,
            made_at=row.sent_at or row.not_before,
            sent_at=row.sent_at,
            error=row.error,
        )
        for row in rows
    ]
    for row, sending in zip(rows, model.objects.bulk_create(made), strict=True):
        row.sending = sending


def _key(notice):
    """The id that receivers have seen so far."""
    time = notice.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    told = f"{notice.topic}\n{notice.subject}\n{time}".encode()
    return f"msg_{b32encode(sha256(told).digest()).decode().lower()[:26]}"


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_subscriptions")]

    operations = [migrations.RunPython(fill, empty)]
