"""The pages of reports: asked for, read, downloaded, made regularly."""

from datetime import UTC, datetime

import pytest

from heliograph.fleet.jobs import run_next
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Notice
from heliograph.reports.keep import request_report, run_report
from heliograph.reports.models import ReportSchedule, StoredReport
from heliograph.reports.periods import Kind, last_period
from tests.reports.ledger import fill, make_ledger
from tests.signals.world import NOW
from tests.web.people import person_with, signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2025, 3, 5, tzinfo=UTC)


@pytest.fixture
def analyst():
    """A browser of an analyst."""
    return signed_in(person_with("analyst"))


def run():
    run_next({"report": run_report}, holder="a test")


def test_one_asks_follows_and_reads(analyst):
    fill(make_ledger(), 60)

    answer = analyst.post("/reports/make", {"kind": "weekly", "at": "2025-03-05", "zone": "UTC"})
    waiting = analyst.get(answer["Location"]).content.decode()
    run()
    over = analyst.get(answer["Location"], headers={"HX-Request": "true"})
    page = analyst.get(answer["Location"]).content.decode()

    assert "waits for a worker" in waiting
    assert (over.status_code, over["HX-Refresh"]) == (204, "true")
    assert "<h1>Weekly report</h1>" in page
    for sentence in StoredReport.objects.get().told()["summary"]:
        assert sentence in page
    assert 'style="' not in page
    assert f"/api/v1/reports/{StoredReport.objects.get().pk}/file?format=pdf" in page
    assert "Weekly report" in analyst.get("/reports/").content.decode()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"kind": "custom"}, "A span of its own has a start and an end"),
        ({"kind": "custom", "since": "2024-01-02", "until": "2024-01-01"}, "A report ends after it begins"),
        ({"kind": "daily", "zone": "Moon"}, "There is no time zone"),
        ({"kind": "yearly"}, "Choose a period."),
    ],
)
def test_what_cannot_be_made_is_said_on_the_page(analyst, form, sentence):
    answer = analyst.post("/reports/make", form)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not StoredReport.objects.exists()


def test_a_schedule_is_added_rests_and_ends(analyst):
    add_channel("desk", kind="log", options={}, topics=None, at=NOW)
    me = f"person:{person_with('analyst').pk}"
    wish = {"kind": "daily", "zone": "Europe/Berlin", "channel": "desk", "form": "pdf", "audience": me}

    refused = analyst.post("/reports/schedules/add", wish | {"channel": "nowhere"})
    assert "There is no channel &#x27;nowhere&#x27;." in refused.content.decode()
    analyst.post("/reports/schedules/add", wish)

    made = ReportSchedule.objects.get()
    page = analyst.get("/reports/").content.decode()
    assert "Europe/Berlin · the analyst" in page
    assert "to desk, letters carry pdf" in page
    analyst.post(f"/reports/schedules/{made.pk}/act", {"act": "pause"})
    assert ReportSchedule.objects.get().paused
    analyst.post(f"/reports/schedules/{made.pk}/act", {"act": "remove"})
    assert not ReportSchedule.objects.exists()


def test_the_link_of_a_notice_leads_to_its_report(analyst):
    stored = request_report(last_period(Kind.DAILY, at=AT), at=AT)
    subject = f"report:{stored.pk}"
    Notice.objects.create(topic="report.ready", subject=subject, payload={"report": stored.pk}, created_at=AT)

    answer = analyst.get("/notices/of/", {"topic": "report.ready", "subject": subject})

    assert answer["Location"] == f"/reports/{stored.pk}/"


def test_who_only_looks_may_read_and_not_ask():
    viewer = signed_in(person_with("viewer"))

    page = viewer.get("/reports/").content.decode()

    assert "An analyst makes them" in page
    assert "Make the report" not in page
    assert viewer.post("/reports/make", {"kind": "daily"}).status_code == 403
