"""Through a real pooler in transaction mode: what needs a session of its own goes past it."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from heliograph.kit.env import Environment
from heliograph.kit.wait import wait_until

POOLER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = pytest.mark.skipif(not POOLER, reason="no pgbouncer here")
WORK = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "heliograph.config.settings"
import django
django.setup()
from django.db import connection, transaction
from heliograph.fleet.vouch import Voucher
from heliograph.kit.direct import direct
from heliograph.kit.env import direct_url
from heliograph.kit.prepared import ask_prepared
from heliograph.monitor.probe import Limit
from heliograph.monitor.tuning.asked import plan_of
from heliograph.workers.lease import HeldLease

for number in range(20):
    assert ask_prepared("SELECT %s::int", [number]) == [(number,)]
with Limit().of(1.5), connection.cursor() as cursor:
    cursor.execute("SELECT current_setting('statement_timeout')")
    print("within", cursor.fetchone()[0])
with connection.cursor() as cursor:
    cursor.execute("SELECT current_setting('statement_timeout')")
    print("after", cursor.fetchone()[0])
print("plan", plan_of("SELECT 1 WHERE $1::int > 0")["Node Type"])
voucher = Voucher(7, 9)
number = voucher.hold()
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7 AND objid = 9")
    print("vouched", cursor.fetchone()[0])
    cursor.execute("SELECT count(*) FROM pg_prepared_statements")
    print("prepared", cursor.fetchone()[0])
print("sessions", direct_url() != os.environ["DATABASE_URL"], direct().settings_dict["HOST"])
"""


@pytest.fixture(scope="module")
def pooled(servers, reachable):
    """The environment of a process that reaches the embedded database through PgBouncer with one session."""
    folder = reachable
    folder.chmod(0o777)
    described = Environment({"DATABASE_URL": servers["database_url"]}).postgres("DATABASE_URL")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={described['HOST']} user={described['USER']}\n"
        f"[pgbouncer]\nlisten_addr =\nlisten_port = {port}\nunix_socket_dir = {folder}\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = 1\nlogfile = {folder}/log\n"
    )
    # It refuses to run as root, and the server lets in by the account.
    account = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([POOLER, "-q", *account, str(settings)], stderr=subprocess.DEVNULL)
    url = f"postgres://{described['USER']}@/{described['NAME']}?host={folder}&port={port}"

    def answers():
        try:
            with psycopg.connect(url, connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    try:
        assert wait_until(answers, seconds=60), (folder / "log").read_text()
        yield {
            "DATABASE_URL": url,
            "HELIOGRAPH_POOLER": "1",
            "HELIOGRAPH_DIRECT_DATABASE_URL": servers["database_url"],
            "HELIOGRAPH_WEB_CONNECTIONS": "2",
            "HELIOGRAPH_SECRET_KEY": "only for tests",
        }
    finally:
        process.terminate()
        process.wait(30)


def test_sessions_go_past_the_pooler_and_nothing_stays_in_its_own(pooled, servers):
    done = subprocess.run(
        [sys.executable, "-c", WORK], env=os.environ | pooled, capture_output=True, text=True, check=False
    )

    host = Environment(pooled).postgres("HELIOGRAPH_DIRECT_DATABASE_URL")["HOST"]
    assert done.stdout.splitlines() == [
        "within 1500ms",
        "after 0",
        "plan Result",
        "vouched 1",
        "prepared 0",
        f"sessions True {host}",
    ], done.stderr[-2000:]


def test_a_pooler_without_a_way_past_it_is_refused(pooled):
    alone = {**os.environ, **pooled, "HELIOGRAPH_DIRECT_DATABASE_URL": ""}

    done = subprocess.run(
        [Path(sys.executable).with_name("heliograph"), "check"],
        env=alone,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "HELIOGRAPH_POOLER needs HELIOGRAPH_DIRECT_DATABASE_URL" in done.stdout) == (
        1,
        True,
    )
