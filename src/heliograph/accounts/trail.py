"""Reads the audit trail, for lists and pages."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from heliograph.accounts.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None leaves a question open. An action that ends with a dot is all that begin so."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None

    def condition(self) -> Q:
        """The same as a condition on rows."""
        found = Q()
        if self.actor:
            found &= Q(actor__icontains=self.actor)
        if self.action:
            found &= Q(action__startswith=self.action) if self.action.endswith(".") else Q(action=self.action)
        if self.subject:
            found &= Q(subject__icontains=self.subject)
        if self.since:
            found &= Q(at__gte=self.since)
        return found


def entries(wanted: Wanted, *, before: int | None = None) -> QuerySet[AuditEntry]:
    """Entries, newest first; with `before` those that were written before that one."""
    rows = AuditEntry.objects.filter(wanted.condition()).order_by("-pk")
    return rows if before is None else rows.filter(pk__lt=before)


def actions() -> list[str]:
    """The actions that ever were, by name."""
    return list(AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct())


def plain(entry: AuditEntry) -> dict[str, object]:
    """An entry for programs."""
    return {
        "id": entry.pk,
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "previous": entry.previous,
        "digest": entry.digest,
    }
