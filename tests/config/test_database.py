"""Django talks to the embedded PostgreSQL."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_postgresql_17_with_checksums_and_utf8():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('data_checksums'), "
            "current_setting('server_encoding'), current_setting('TimeZone')"
        )
        assert cursor.fetchone() == (17, "on", "UTF8", "UTC")
