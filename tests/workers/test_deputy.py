"""Where nobody rings for looks a worker looks by itself; and it says that the database was away."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from heliograph.fleet.clock import shared_now
from heliograph.monitor.alerts.models import Incident, Outage, Watch
from heliograph.monitor.models import Sample
from heliograph.workers.deputy import Deputy

pytestmark = pytest.mark.django_db(transaction=True)
AWAY = "/nowhere/at/all"


def looked(**ago):
    return Watch.objects.update_or_create(pk=1, defaults={"looked_at": shared_now() - timedelta(**ago)})[0]


def test_it_looks_where_nobody_has_lately_and_only_then():
    deputy = Deputy()
    deputy.ask()
    looked(seconds=20)
    deputy.ask()
    assert Sample.objects.count() == 0
    last = looked(minutes=10).looked_at
    deputy.ask()
    assert Sample.objects.count() == 1
    assert Incident.objects.get(rule_name="watch-interrupted").opened_at == last
    deputy.ask()
    assert Sample.objects.count() == 1


def test_it_tells_the_log_that_the_database_is_away_and_the_rows_that_it_was(monkeypatch, caplog):
    deputy = Deputy()
    looked(seconds=1)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", AWAY)
    for _ in range(3):
        deputy.ask()
        connection.close()
    # Once a minute is enough.
    (line,) = [one.getMessage() for one in caplog.records if one.levelname == "CRITICAL"]
    told = json.loads(line)
    assert (told["event"], told["severity"]) == ("incident.database-away", "critical")
    assert AWAY in told["reason"]
    monkeypatch.undo()
    deputy.ask()
    outage = Outage.objects.get()
    assert outage.since.isoformat() == told["since"]
    assert outage.since < outage.until
    deputy.ask()
    assert Outage.objects.count() == 1
