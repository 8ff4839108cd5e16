"""Candles that came from a venue, stored and counted in its deliveries."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from heliograph.market.models import Batch, Venue
from heliograph.market.rows import Rows, in_order
from heliograph.market.sources.exchange.fetch import merged
from heliograph.market.store import store_rows


def live_batch(venue: Venue, *, at: datetime) -> Batch:
    """The delivery of what a venue says of the newest bars: one for each UTC day."""
    name = f"live {at:%Y-%m-%d}"
    mine = Batch.objects.filter(venue=venue, kind=Venue.Kind.EXCHANGE, name=name, undone_at=None)
    return mine.order_by("pk").first() or new_batch(venue, name=name, at=at)


def new_batch(venue: Venue, *, name: str, at: datetime) -> Batch:
    """A new delivery of a venue."""
    return Batch.objects.create(
        venue=venue, kind=Venue.Kind.EXCHANGE, name=name, format=venue.exchange, started_at=at
    )


@transaction.atomic
def deliver(rows: Mapping[str, Rows], *, batch: Batch, at: datetime, findings: Mapping[str, int]) -> int:
    """Store rows by timeframe, in one transaction with their counts; returns how many are new or corrected.

    `findings`: what was refused or noticed, by name.
    """
    if not findings and not any(map(len, rows.values())):
        return 0
    # Locked first and always, so that two who store for one venue take turns instead of deadlocking.
    counts = Batch.objects.select_for_update().get(pk=batch.pk)
    if counts.undone_at:
        # Meanwhile somebody undid what it had delivered so far.
        counts = new_batch(batch.venue, name=batch.name, at=at)
    before = counts.inserted + counts.revised
    for timeframe in sorted(rows):
        stored = store_rows(rows=in_order(rows[timeframe]), timeframe=timeframe, batch=counts, at=at)
        counts.inserted += stored.inserted
        counts.revised += stored.revised
        counts.unchanged += stored.unchanged
    counts.findings = merged([counts.findings, dict(findings)])
    counts.finished_at = at
    counts.save(update_fields=["inserted", "revised", "unchanged", "findings", "finished_at"])
    return counts.inserted + counts.revised - before
