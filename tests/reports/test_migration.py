"""Signals from before regimes and the rejected were looked at are noted, and summed as they were."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from heliograph.reports.asked import Asked
from heliograph.reports.find_regimes import find_regimes
from heliograph.reports.groupings import By
from heliograph.reports.live_rejected import live_rejected
from heliograph.reports.rejected import rejected
from heliograph.reports.sums import fold, sums_by
from heliograph.signals.models import Signal
from tests.reports.ledger import BEGAN, fill, make_ledger
from tests.signals.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("reports", "0004_views_for_bi")]


@pytest.fixture
def before(transactional_db):
    """The tables as they were before; afterwards all migrations are back."""
    MigrationExecutor(connection).migrate(BEFORE)
    yield
    call_command("migrate", verbosity=0)


def test_what_was_there_is_summed_and_looked_at(before):
    ledger = make_ledger()
    fill(ledger, 20)
    fold()
    Signal.objects.create(
        version=ledger.versions[0],
        instrument=ledger.instruments[0],
        bar_time=BEGAN,
        side="long",
        state="rejected",
        reason="cooldown",
        close=100.0,
        historical=False,
        created_at=NOW,
    )

    call_command("migrate", verbosity=0)

    assert {key: one.number for key, one in sums_by(Asked(), By.REGIME).items()} == {-1: 20}
    assert [(one.reason, one.waiting) for one in rejected(Asked()).reasons] == [("cooldown", 1)]
    assert (find_regimes(), live_rejected(at=NOW)) == (21, 1)
    assert {key: one.number for key, one in sums_by(Asked(), By.REGIME).items()} == {0: 20}
