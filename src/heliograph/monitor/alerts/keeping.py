"""How long incidents and silences are kept."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from heliograph.monitor.alerts.models import Incident, Outage, Silence

# As long as the hours of what was measured, by which they can be looked at again.
KEPT = timedelta(days=731)


def old_incidents(*, at: datetime) -> QuerySet[Incident]:
    """Those that were over so long ago; their alerts and time lines go with them."""
    return Incident.objects.filter(resolved_at__lt=at - KEPT).order_by("pk")


def old_silences(*, at: datetime) -> QuerySet[Silence]:
    """Those that ended so long ago, and do not come again."""
    return Silence.objects.filter(ends_at__lt=at - KEPT, every_days=None)


def old_outages(*, at: datetime) -> QuerySet[Outage]:
    """Those of which an incident was made so long ago."""
    return Outage.objects.filter(taken=True, until__lt=at - KEPT)
