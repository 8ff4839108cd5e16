"""`heliograph reports` lists and fetches what is kept, and says who gets reports regularly."""

import json
from datetime import UTC, datetime

import pytest

from heliograph.accounts.models import AuditEntry
from heliograph.fleet.jobs import run_next
from heliograph.notices.channel import add_channel
from heliograph.reports.forms import FORMS
from heliograph.reports.keep import find_report, request_report, run_report
from heliograph.reports.models import ReportSchedule, StoredReport
from heliograph.reports.periods import Kind, last_period
from tests.cli.conftest import refused
from tests.reports.ledger import fill, make_ledger
from tests.signals.world import NOW

pytestmark = pytest.mark.django_db
AT = datetime(2025, 3, 5, tzinfo=UTC)


@pytest.fixture
def kept():
    """A weekly report that is made, and a daily one that waits; their numbers."""
    fill(make_ledger(), 20)
    made = request_report(last_period(Kind.WEEKLY, at=AT), at=AT)
    run_next({"report": run_report}, holder="a test")
    return made.pk, request_report(last_period(Kind.DAILY, at=AT), at=AT).pk


def test_reports_that_are_kept_are_listed_fetched_and_forgotten(heliograph, kept, tmp_path):
    weekly, daily = kept

    listed = json.loads(heliograph("reports", "list", "--json").out)
    assert [(one["id"], one["kind"], one["state"]) for one in listed] == [
        (daily, "daily", "queued"),
        (weekly, "weekly", "made"),
    ]
    assert (listed[1]["since"], listed[1]["until"]) == ("2025-02-24T00:00:00Z", "2025-03-03T00:00:00Z")
    table = heliograph("reports", "list", "--kind", "weekly").out
    assert "made" in table
    assert "queued" not in table
    told = find_report(weekly).told()
    assert json.loads(heliograph("reports", "get", weekly, "--json").out) == told
    for form in FORMS:
        file = tmp_path / form
        assert heliograph("reports", "get", weekly, "--format", form, "-o", file).code == 0
        assert file.read_bytes() == FORMS[form].make(told)
    assert heliograph("reports", "delete", weekly).code == 0
    assert list(StoredReport.objects.values_list("pk", flat=True)) == [daily]


def test_what_cannot_be_fetched_says_what_to_do(heliograph, kept):
    _, daily = kept

    assert "`heliograph jobs list`" in heliograph("reports", "get", daily).err
    assert "`heliograph reports list`" in heliograph("reports", "get", 999).err
    StoredReport.objects.all().delete()
    assert "`heliograph reports schedule daily`" in heliograph("reports", "list").err


def test_a_schedule_is_added_rests_goes_on_and_ends(heliograph):
    add_channel("desk", kind="log", options={}, topics=None, at=NOW)
    words = ("schedule", "daily", "--zone", "Asia/Tokyo", "--channel", "desk", "--format", "pdf")

    made = json.loads(heliograph("reports", *words, "--json").out)

    assert (made["kind"], made["zone"], made["channel"], made["form"]) == (
        "daily",
        "Asia/Tokyo",
        "desk",
        "pdf",
    )
    number = made["id"]
    assert heliograph("reports", "pause", number).out == f"Schedule {number} rests.\n"
    assert "rests" in heliograph("reports", "schedules").out
    assert "goes on" in heliograph("reports", "resume", number).out
    (listed,) = json.loads(heliograph("reports", "schedules", "--json").out)
    assert listed == made
    assert heliograph("reports", "unschedule", number).code == 0
    assert not ReportSchedule.objects.exists()
    assert "schedule daily" in heliograph("reports", "schedules").err
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "subject")) == [
        (f"report_schedule.{act}", f"report schedule {number}")
        for act in ("add", "pause", "resume", "remove")
    ]


def test_what_cannot_be_scheduled_is_refused_in_a_sentence(heliograph):
    assert "no time zone 'Moon'" in refused(heliograph("reports", "schedule", "daily", "--zone", "Moon"))
    assert "nobody 'person:77'" in refused(heliograph("reports", "schedule", "daily", "--for", "person:77"))
    assert "nowhere" in heliograph("reports", "schedule", "daily", "--channel", "nowhere").err
    assert "`heliograph reports schedules`" in heliograph("reports", "pause", 5).err
    assert not ReportSchedule.objects.exists()
