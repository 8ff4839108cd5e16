"""A pair of embedded servers for each process of the run: none sees what another one does to its own."""

import os
import shutil
import tempfile
from pathlib import Path

import django
import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import embedded
from heliograph.kit.env import Environment
from heliograph.kit.wait import wait_until

HOME = "HELIOGRAPH_HOME"
FOLDER = pytest.StashKey[Path]()
# Sums that triggers keep; they empty them when their tables are truncated.
OF_TRIGGERS = ("signals_tally", "reports_sum", "reports_unsummed", "reports_unplaced", "reports_unlived")
# What migrations write down of the code, and would write down again.
OF_THE_CODE = ("django_content_type", "auth_permission")
FEW = 300
FLUSHES = 3
# Nothing of it outlives the run. Autovacuum would come upon tables between two tests and note that they are
# empty; the next test would be planned for empty tables.
OF_TEST_SERVERS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
# Django wants a database when it is set up; the server starts when the first test asks for one.
PLACEHOLDER = "postgres://heliograph@/heliograph?host=/not/started/yet"
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "heliograph.config.settings",
    "DATABASE_URL": PLACEHOLDER,
    "HELIOGRAPH_SECRET_KEY": "only for tests",
}
os.environ.pop("REDIS_URL", None)
django.setup()
# Each run tries the same, whatever earlier ones found, and however busy the machine is.
hypothesis_settings.register_profile(
    "same", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("same")
# A hash that is slow for guessers is slow for tests too.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Programs that tests start, and the workers of xdist, must not inherit them.
del os.environ["DATABASE_URL"], os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_configure(config):
    """The process that the user started makes a folder for all; each has its home in there."""
    if hasattr(config, "workerinput"):
        os.environ[HOME] = str(make_home(Path(os.environ[HOME]), config.workerinput["workerid"]))
        return
    config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="heliograph-test-"))
    config.stash[FOLDER].chmod(0o711)
    is_alone = not config.getoption("numprocesses", None)
    os.environ[HOME] = str(make_home(config.stash[FOLDER], "alone") if is_alone else config.stash[FOLDER])
    if os.environ.get("CI"):
        config.pluginmanager.register(Crier(config))


def make_home(folder, name):
    """A folder that the account of the servers can reach."""
    home = folder / name
    home.mkdir()
    home.chmod(0o711)
    return home


def pytest_unconfigure(config):
    if FOLDER in config.stash:
        del os.environ[HOME]
        for keeper in config.stash[FOLDER].glob("*/keeper.lock"):
            lock = Home(keeper.parent).lock("keeper")
            wait_until(lambda keeper=keeper, lock=lock: not (keeper.exists() and lock.is_taken()), seconds=60)
        shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


class Crier:
    """In CI, says at once what failed: a run that is cut off would say nothing of it."""

    def __init__(self, config):
        self._config = config

    def pytest_runtest_logreport(self, report):
        if report.failed:
            words = report.longreprtext.strip().splitlines() or [""]
            line = f"{report.when} failed: {report.nodeid}: {words[-1][:300]}"
            self._config.get_terminal_writer().line(f"\n{line}")


@pytest.fixture(scope="session")
def servers():
    """The embedded servers of this process: `database_url`, `redis_url`."""
    with embedded(Home.open(Path(os.environ[HOME]))) as urls:
        with psycopg.connect(urls["database_url"], autocommit=True) as server:
            for setting, value in OF_TEST_SERVERS.items():
                server.execute(f"ALTER SYSTEM SET {setting} = {value}")
            server.execute("SELECT pg_reload_conf()")
        yield urls


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers, django_db_modify_db_settings_parallel_suffix):
    """Point Django at the embedded server."""
    described = Environment({"DATABASE_URL": servers["database_url"]}).postgres("DATABASE_URL")
    for each in connections.all():
        each.settings_dict["HOST"] = described["HOST"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit empty all tables afterwards; the audit trail refuses that everywhere else."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_trail_is_kept")
    # Of the class: where a browser is driven Django has another connection.
    ops = type(connection.ops)
    ops.sql_flush = flush_quickly(ops.sql_flush)
    ops.execute_sql_flush = flush_again(ops.execute_sql_flush)


def flush_again(execute):
    """What a page asked for last may still run: of two that wait for each other the database ends one."""

    def run(ops, statements):
        for _ in range(FLUSHES - 1):
            try:
                return execute(ops, statements)
            except OperationalError as fault:
                if not isinstance(fault.__cause__, psycopg.errors.DeadlockDetected):
                    raise
        return execute(ops, statements)

    return run


def flush_quickly(whole):
    """Delete the few rows that a test has committed: to truncate all tables makes new files for each of them
    and each of their indexes, which takes longer than most of these tests.
    """

    def statements(ops, style, tables, **options):
        names = [*OF_TRIGGERS, *(name for name in tables if name not in OF_THE_CODE)]
        with ops.connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT '{name}', count(*) FROM (SELECT FROM {name} LIMIT {FEW + 1}) AS rows"
                    for name in names
                )
            )
            filled = {name: count for name, count in cursor.fetchall() if count}
        if max(filled.values(), default=0) > FEW:
            return whole(ops, style, tables, **options)
        # Neither keys nor triggers look: all that is left goes.
        quiet = ["SET LOCAL session_replication_role = replica"] if filled else []
        return quiet + [f"DELETE FROM {name}" for name in filled]

    return statements
