"""Telling the caches that what pages and lists show has changed."""

from django.db import transaction

from heliograph.kit.cache import cache

TAG = "signals"


def tell_of_change() -> None:
    """Outdate what was read of signals, evaluations and versions, once this transaction can be seen."""
    transaction.on_commit(lambda: cache().invalidate_soon(TAG))
