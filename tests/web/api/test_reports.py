"""Reports by the API: asked for, made, read, downloaded; schedules; and what belongs to others."""

import json
from datetime import UTC, datetime

import pytest

from heliograph.accounts.models import AuditEntry
from heliograph.fleet.jobs import run_next
from heliograph.notices.channel import add_channel
from heliograph.reports.forms import FORMS
from heliograph.reports.keep import find_report, run_report
from heliograph.reports.make import make_report
from heliograph.reports.models import ReportSchedule
from heliograph.reports.periods import Kind, last_period
from heliograph.signals.models import Strategy
from tests.reports.ledger import fill, make_ledger
from tests.signals.world import NOW
from tests.web.api.test_writes import send
from tests.web.people import give_to, person_with, with_token

pytestmark = pytest.mark.django_db
AT = datetime(2025, 3, 5, tzinfo=UTC)


@pytest.fixture
def analyst():
    """A program of an analyst."""
    return with_token("write", role="analyst")


def made(client, **told):
    """Ask for a report and let it be made; its number."""
    status, found = send(client, "post", "reports", {"kind": "weekly", "at": "2025-03-05", **told})
    assert status == 201, found
    run_next({"report": run_report}, holder="a test")
    return found["id"]


def test_a_report_is_asked_for_and_is_what_the_room_makes(analyst):
    fill(make_ledger(), 60)
    number = made(analyst)

    status, told = send(analyst, "get", f"reports/{number}")

    assert status == 200
    wanted = make_report(last_period(Kind.WEEKLY, at=AT))
    assert told == json.loads(json.dumps(wanted.to_dict()))
    (listed,) = send(analyst, "get", "reports?kind=weekly")[1]["items"]
    assert (listed["id"], listed["is_made"], listed["state"]) == (number, True, "done")
    assert send(analyst, "get", "reports?kind=daily")[1]["items"] == []
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["report.make"]


@pytest.mark.parametrize("form", FORMS)
def test_each_file_is_the_same_each_time_and_asked_for_anew_only_when_it_is_another(analyst, form):
    fill(make_ledger(), 20)
    address = f"/api/v1/reports/{made(analyst)}/file?format={form}"

    answer = analyst.get(address)
    again = analyst.get(address, headers={"If-None-Match": answer["ETag"]})

    assert (answer.status_code, answer["Content-Type"]) == (200, FORMS[form].kind)
    assert answer["Content-Disposition"] == f'attachment; filename="heliograph-weekly-2025-02-24.{form}"'
    assert answer.content == FORMS[form].make(make_report(last_period(Kind.WEEKLY, at=AT)).to_dict())
    assert (again.status_code, again.content) == (304, b"")


def test_what_is_not_made_yet_is_a_conflict_and_what_is_forgotten_is_gone(analyst):
    number = send(analyst, "post", "reports", {})[1]["id"]

    assert send(analyst, "get", f"reports/{number}")[0] == 409
    assert analyst.get(f"/api/v1/reports/{number}/file").status_code == 409
    assert send(analyst, "delete", f"reports/{number}") == (204, None)
    assert send(analyst, "get", f"reports/{number}")[0] == 404
    assert run_next({"report": run_report}, holder="a test").state == "done"


def test_what_belongs_to_others_is_not_in_it(analyst):
    fill(make_ledger(), 60)
    give_to(Strategy.objects.get(name="Slow"), person_with("analyst", "other"))
    own, admins = made(analyst), made(with_token("write", role="admin"))

    assert "Slow" not in json.dumps(send(analyst, "get", f"reports/{own}")[1])
    assert "Slow" in json.dumps(find_report(admins).told())
    assert send(analyst, "get", f"reports/{admins}")[0] == 404
    assert [one["id"] for one in send(analyst, "get", "reports")[1]["items"]] == [own]


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "custom"},
        {"since": "2024-01-01"},
        {"kind": "daily", "zone": "Moon"},
        {"since": "2024-01-02", "until": "2024-01-01"},
        {"at": "2024-01-01", "since": "2024-01-01", "until": "2024-01-02"},
    ],
)
def test_what_cannot_be_asked_is_refused(analyst, told):
    assert send(analyst, "post", "reports", told)[0] == 422


def test_a_schedule_is_added_rests_goes_on_and_ends(analyst):
    add_channel("desk", kind="log", options={}, topics=None, at=NOW)

    status, told = send(
        analyst,
        "post",
        "report-schedules",
        {"kind": "weekly", "zone": "Asia/Tokyo", "channel": "desk", "form": "pdf"},
    )

    assert (status, told["channel"], told["form"], told["paused"]) == (201, "desk", "pdf", False)
    number = told["id"]
    assert send(analyst, "post", f"report-schedules/{number}/pause", {})[1]["paused"] is True
    assert send(analyst, "post", f"report-schedules/{number}/resume", {})[1]["paused"] is False
    assert [one["id"] for one in send(analyst, "get", "report-schedules")[1]["items"]] == [number]
    other = with_token("write", role="operator")
    assert send(other, "get", "report-schedules")[1]["items"] == []
    assert send(other, "delete", f"report-schedules/{number}")[0] == 404
    assert send(analyst, "delete", f"report-schedules/{number}")[0] == 204
    assert not ReportSchedule.objects.exists()
    assert send(analyst, "post", "report-schedules", {"kind": "daily", "channel": "none"})[0] == 404
    assert send(analyst, "post", "report-schedules", {"kind": "daily", "audience": ""})[0] == 422
