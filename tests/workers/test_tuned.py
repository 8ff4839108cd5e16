"""Tuning by itself, where it is allowed, and what is noted of tasks for it."""

from datetime import timedelta

import pytest
from django.db import connection

from heliograph.fleet.jobs import run_next
from heliograph.fleet.models import Job
from heliograph.kit.clock import utc_now
from heliograph.monitor.tuning.asked import rows, rows_of_none
from heliograph.monitor.tuning.models import Act, Repeat
from heliograph.monitor.tuning.repeats import EVERY
from heliograph.workers import observed
from heliograph.workers.long import runners
from heliograph.workers.tuned import tune_daily
from tests.monitor.test_tuning import leave_settings_as_they_were


@pytest.mark.django_db(transaction=True)
def test_it_is_done_once_a_day_where_it_is_allowed_and_else_not_at_all():
    rows_of_none("CREATE TABLE planted (id int PRIMARY KEY, kind int)")
    rows_of_none("CREATE INDEX planted_kind ON planted (kind)")
    rows_of_none("CREATE INDEX planted_kind_again ON planted (kind)")
    try:
        at = utc_now()
        assert not tune_daily(at=at, is_allowed=False)
        assert [tune_daily(at=at, is_allowed=True) for _ in range(2)] == [True, False]
        job = run_next(runners(), holder="tests")
        assert (job.kind, job.state) == ("tune", Job.State.DONE)
        assert 'done: DROP INDEX CONCURRENTLY "planted_kind_again"' in job.result["acts"]
        assert rows("SELECT to_regclass('planted_kind'), to_regclass('planted_kind_again')") == [
            ("planted_kind", None)
        ]
        act = Act.objects.get(subject="planted planted_kind_again")
        assert (act.by, act.undo) == (
            "heliograph",
            "CREATE INDEX CONCURRENTLY planted_kind_again ON public.planted USING btree (kind)",
        )
        assert not tune_daily(at=at + timedelta(hours=23), is_allowed=True)
        assert tune_daily(at=at + timedelta(hours=25), is_allowed=True)
    finally:
        rows_of_none("DROP TABLE planted")
        leave_settings_as_they_were()


@pytest.mark.django_db
def test_what_a_task_asks_again_and_again_is_kept():
    for turn in range(EVERY + 1):
        observed.begin("heliograph.workers.tasks.planted")
        for number in range(20 + turn):
            rows("SELECT id FROM fleet_job WHERE id = %s", [number])
        observed.end()
    found = Repeat.objects.get()
    assert (found.place, found.seen, found.most) == ("task planted", 2, 20 + EVERY)
    assert found.statement == "SELECT id FROM fleet_job WHERE id = %s"
    assert connection.execute_wrappers == []
