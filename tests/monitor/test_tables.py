"""The largest tables are measured, a partitioned one as one."""

import pytest
from django.db import connection

from heliograph.monitor.probes import PROBES
from tests.monitor.looking import look_at
from tests.signals.world import feed, make_venue, walk

pytestmark = pytest.mark.django_db


def test_a_table_counts_with_its_indexes_and_partitions():
    batch, instruments = make_venue()
    feed(batch, instruments, walk(1, 3_000))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits "
            "WHERE inhparent = 'candle'::regclass"
        )
        size = int(cursor.fetchone()[0])

    found = look_at("database")

    assert found["database_table_size_bytes", "candle"].value == size > 0
    tables = [key for key in found if key[0] == "database_table_size_bytes"]
    assert len(tables) == 12


def test_they_are_looked_at_once_an_hour():
    (every,) = {
        probe.every for probe in PROBES for one in probe.measures if one.name == "database_table_size_bytes"
    }
    assert every == 3_600
