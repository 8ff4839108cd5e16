"""What a web process asks of the database for itself: limits by which one page cannot hold up the others."""

import os
import subprocess
import sys

ASK = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "heliograph.config.settings"
import django
django.setup()
from django.db import OperationalError, connection
with connection.cursor() as cursor:
    for name in ("statement_timeout", "idle_in_transaction_session_timeout", "jit"):
        cursor.execute(f"SHOW {name}")
        print(cursor.fetchone()[0])
try:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(600)")
except OperationalError as fault:
    print(type(fault.__cause__).__name__)
"""


def test_a_page_that_asks_for_too_long_is_ended_by_the_database(servers):
    env = {
        "DATABASE_URL": servers["database_url"],
        "HELIOGRAPH_WEB_CONNECTIONS": "2",
        "HELIOGRAPH_SECRET_KEY": "only for tests",
        "HELIOGRAPH_STATEMENT_TIMEOUT": "1",
        "HELIOGRAPH_IDLE_TRANSACTION_TIMEOUT": "90",
    }

    done = subprocess.run(
        [sys.executable, "-c", ASK], env=os.environ | env, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["1s", "90s", "off", "QueryCanceled"]
    assert done.stderr == ""
