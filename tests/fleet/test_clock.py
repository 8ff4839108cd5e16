"""What all machines judge by is one clock."""

from datetime import timedelta

import pytest
from django.db import connection

from heliograph.fleet.clock import shared_now


@pytest.mark.django_db
def test_the_shared_clock_is_that_of_the_database_in_utc_and_goes_on_within_a_transaction():
    first, second = shared_now(), shared_now()
    with connection.cursor() as rows:
        rows.execute("SELECT now(), clock_timestamp()")
        began, third = rows.fetchone()

    assert (first.utcoffset(), began < first < second < third) == (timedelta(0), True)
