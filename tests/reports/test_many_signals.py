"""Sums of very many signals are those of their rows; of millions the benchmark compares them."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from benchmarks.parts import analysed, years
from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.sums import fold, fold_if_many, left_out
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.strategies import add_strategy
from tests.signals.world import NOW, make_venue

pytestmark = pytest.mark.django_db
MANY = 30_000


def write_many():
    """As years of them lie in the database of the benchmarks, with all triggers at work."""
    _, instruments = make_venue(symbols=[f"C{number}/USDT" for number in range(50)])
    texts = years.strategies(4)
    facts = {
        "versions": [add_strategy(text=text, stage="live", at=NOW).pk for text in texts],
        "v": len(texts),
        "instruments": [one.pk for one in instruments],
        "i": len(instruments),
        "count": MANY,
        "first": 1,
        "last": MANY,
        "stride": years.STRIDE,
        "step": years.YEAR_SECONDS / MANY,
        "until": datetime(2026, 1, 1, tzinfo=UTC),
    }
    with connection.cursor() as cursor:
        cursor.execute(years.SIGNALS, facts)
        cursor.execute(years.OUTCOMES, facts)


def test_sums_of_very_many_are_those_of_the_rows_and_the_default_answer_rests_on_them():
    write_many()
    settled = Outcome.objects.filter(state="settled").count()
    newest = Signal.objects.latest("pk").pk
    with connection.cursor() as cursor:
        cursor.execute(analysed.REGIMES, [0, newest])
        cursor.execute(analysed.REJECTED, [0, newest])

    # So many nobody waits for who asks: the workers add them.
    assert (fold_if_many(), left_out()) == (0, settled)
    assert fold() == settled > MANY / 2
    analysed.compare_with_rows()

    found = analytics(Asked())
    assert (found.total.signals, len(found.groups), found.not_yet) == (settled, 4, 0)
    assert sum(day.signals for day in found.days) == settled
    assert (fold(), left_out()) == (0, 0)
