"""Removes what is kept no longer: what the policies of retention say, but for candles."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from heliograph.fleet.nodes import forget_lost
from heliograph.signals.tallies.read import fold
from heliograph.workers.retention.chosen import Chosen
from heliograph.workers.retention.policies import POLICIES

# Rows that go at a time: a long transaction would hold up the vacuum of all tables.
PIECE = 5_000


def forget_old(*, at: datetime, kept: Chosen | None = None) -> Mapping[str, int]:
    """Remove what is older than its days; returns how much of each. `kept` by default as declared."""
    kept = kept or Chosen()
    removed = {
        one.name: _remove(one.old(at, days))
        for one in POLICIES
        if one.old and (days := kept.days(one.name)) is not None
    }
    return removed | {"nodes": forget_lost(at=at), "differences of counts": fold()}


def _remove(rows: QuerySet) -> int:
    removed = 0
    while keys := list(rows.values_list("pk", flat=True)[:PIECE]):
        removed += rows.model.objects.filter(pk__in=keys).delete()[0]
    return removed
