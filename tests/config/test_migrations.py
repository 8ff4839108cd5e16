"""What the models say is what the tables are, and they change under programs that run."""

from importlib import import_module
from io import StringIO

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from heliograph.fleet.models import Node
from heliograph.fleet.nodes import register
from heliograph.kit.clock import utc_now
from heliograph.kit.migrating.apply import LockNotHad, apply
from heliograph.kit.migrating.phases import CONTRACT, phase_of, waiting
from heliograph.kit.migrating.unsafe import unsafe
from heliograph.workers.migrate import OlderNodes, migrate

# The newest of each app that was written before releases ran beside each other.
BEFORE = {
    **{"accounts": 3, "fleet": 5, "inbound": 2, "market": 6, "monitor": 3, "notices": 6, "reports": 7},
    **{"research": 1, "signals": 9, "stream": 3, "tuning": 2, "web": 1, "workers": 1},
    **dict.fromkeys(("advice", "alerts", "forecasts", "tallies"), 1),
}
LEFT, RIGHT = ("fleet", "0006_node_release"), ("fleet", "0005_work_taken_at")
LAST = ("monitor", "0003_machines")


def ours():
    """All migrations of ours, and the loader that knows the state before each."""
    loader = MigrationLoader(None)
    labels = {one.label for one in apps.get_app_configs() if one.name.startswith("heliograph.")}
    return loader, [one for key, one in loader.disk_migrations.items() if key[0] in labels]


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, interactive=False, stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


def test_what_expands_harms_no_release_before():
    loader, found = ours()
    wrong = [
        why
        for one in found
        if phase_of(one) != CONTRACT and int(one.name[:4]) > BEFORE.get(one.app_label, 0)
        for why in unsafe(one, loader.project_state((one.app_label, one.name), at_end=False))
    ]
    assert wrong == []


HARMFUL = {
    "removes a column": migrations.RemoveField("node", "reason"),
    "removes a table": migrations.DeleteModel("turn"),
    "renames a column": migrations.RenameField("node", "reason", "why"),
    "adds a column that must be given": migrations.AddField("node", "zone", models.TextField(default="")),
    "adds a unique column": migrations.AddField("node", "zone", models.TextField(null=True, unique=True)),
    "forbids null": migrations.AlterField("node", "latency_ms", models.FloatField(default=0)),
    "changes a type": migrations.AlterField("node", "reason", models.IntegerField()),
    "shortens a text": migrations.AlterField("node", "host", models.CharField(max_length=9)),
    "indexes under a lock": migrations.AddIndex("node", models.Index(fields=["host"], name="by_host")),
    "forbids values": migrations.AddConstraint(
        "node", models.CheckConstraint(condition=models.Q(pid__gt=0), name="pid")
    ),
    "drops by SQL": migrations.RunSQL("ALTER TABLE fleet_node DROP COLUMN reason"),
    "indexes by SQL": migrations.RunSQL("CREATE INDEX by_host ON fleet_node (host)"),
}
HARMLESS = {
    "adds a column that may be null": migrations.AddField("node", "zone", models.TextField(null=True)),
    "adds a column with a default": migrations.AddField("node", "zone", models.TextField(db_default="")),
    "lengthens a text": migrations.AlterField("node", "host", models.CharField(max_length=99)),
    "indexes beside": AddIndexConcurrently("node", models.Index(fields=["host"], name="by_host")),
    "indexes beside by SQL": migrations.RunSQL("CREATE INDEX CONCURRENTLY by_host ON fleet_node (host)"),
    "makes a table": migrations.CreateModel("zone", [("name", models.TextField(unique=True))]),
}


def said_of(operation):
    migration = migrations.Migration("0099_tried", "fleet")
    migration.operations = [operation]
    return unsafe(migration, MigrationLoader(None).project_state(LEFT))


def test_what_harms_the_release_before_is_refused_with_what_to_do_instead():
    assert {name: len(said_of(one)) for name, one in HARMFUL.items()} == dict.fromkeys(HARMFUL, 1)
    assert {name: said_of(one) for name, one in HARMLESS.items()} == {name: [] for name in HARMLESS}


@pytest.fixture
def going_back(transactional_db):
    """Takes migrations back; all stand again afterwards."""
    yield lambda *targets: MigrationExecutor(connection).migrate(list(targets))
    call_command("migrate", verbosity=0, interactive=False)


def test_a_migration_that_gets_no_lock_gives_up_quickly_and_names_who_holds_it(going_back):
    going_back(RIGHT)
    given = connection.get_connection_params()
    url = {key: given[key] for key in ("dbname", "user", "host", "port") if key in given}
    heard = []
    with psycopg.connect(**url, application_name="a reader") as other:
        other.execute("SELECT count(*) FROM fleet_node")
        with pytest.raises(LockNotHad) as refusal:
            apply(connection, waiting(connection).expand, say=heard.append, lock_seconds=0.5, tries=2)
        # Others were let through between the tries, and the migration left nothing behind.
        other.execute("INSERT INTO fleet_turn (concern, strategy, memory) VALUES ('x', '', '{}')")
        pid = other.info.backend_pid

    assert str(refusal.value).startswith("fleet.0006_node_release did not get its lock in 2 tries: session ")
    assert f"session {pid} of " in heard[0]
    assert "(a reader, idle in transaction" in heard[0]
    assert migrate("expand") == ["fleet.0006_node_release"]


def test_what_an_older_release_needs_is_taken_away_only_when_none_lives(going_back, monkeypatch):
    taking = import_module("heliograph.monitor.migrations.0003_machines").Migration
    monkeypatch.setattr(taking, "phase", CONTRACT, raising=False)
    going_back((LAST[0], "0002_traffic"), RIGHT)
    assert migrate("expand") == ["fleet.0006_node_release"]
    node = register("worker-1@old", queues=["generate"], capacity=1, at=utc_now())
    Node.objects.filter(pk=node.pk).update(release="0.0.9-abc")

    with pytest.raises(OlderNodes, match=r"worker-1@old \(0.0.9-abc\) still runs"):
        migrate()
    Node.objects.update(left=True)
    assert migrate() == ["monitor.0003_machines"]
