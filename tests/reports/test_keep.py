"""Reports are asked for, made by a job, sent by their schedule, and forgotten after their time."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.errors import UserError
from heliograph.fleet.jobs import run_next
from heliograph.fleet.models import Job
from heliograph.notices.attachments import attachment_of
from heliograph.notices.channel import add_channel
from heliograph.notices.message import Message
from heliograph.notices.models import Delivery, Notice
from heliograph.notices.spreading import spread
from heliograph.reports.errors import NoSuchReport, NotMade
from heliograph.reports.forms import FORMS
from heliograph.reports.keep import find_report, old_reports, request_report, run_report
from heliograph.reports.make import make_report
from heliograph.reports.models import StoredReport
from heliograph.reports.periods import Kind, last_period
from heliograph.reports.schedules import Wish, add_schedule, ask_due, pause_schedule, remove_schedule
from heliograph.signals.models import Strategy
from tests.reports.ledger import fill, make_ledger
from tests.signals.world import NOW

pytestmark = pytest.mark.django_db
AT = datetime(2025, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def run():
    """Let a worker do what waits."""
    while job := run_next({"report": run_report}, holder="a test"):
        assert job.state == Job.State.DONE, job.error


def due(at, hidden=()):
    """Ask for what is due, and let it be made."""
    found = ask_due(at=at, hidden_from=lambda audience: hidden)
    run()
    return found


def test_a_job_makes_the_report_that_the_room_makes():
    fill(make_ledger(), 60)
    period = last_period(Kind.WEEKLY, at=AT)
    stored = request_report(period, at=AT)
    with pytest.raises(NotMade):
        find_report(stored.pk).told()

    run()

    kept = find_report(stored.pk)
    told = kept.told()
    assert FORMS["json"].make(told) == FORMS["json"].make(make_report(period).to_dict())
    assert list(told) == [
        "title", "period", "summary", "signals", "performance", "data_quality", "health", "trends",
        "recommendations", "details",
    ]  # fmt: skip
    assert (kept.job.done, kept.job.total, kept.job.unit) == (6, 7, "sections")


def test_what_belongs_to_others_hides_the_report_that_tells_of_it():
    make_ledger()
    busy, slow = Strategy.objects.order_by("name")
    period = last_period(Kind.DAILY, at=AT)
    whole, without = request_report(period, at=AT), request_report(period, hidden=(slow.pk,), at=AT)

    assert find_report(without.pk, hidden=(slow.pk,)) == without
    with pytest.raises(NoSuchReport):
        find_report(whole.pk, hidden=(slow.pk,))
    with pytest.raises(NoSuchReport):
        find_report(without.pk, hidden=(busy.pk,))


def test_a_schedule_makes_each_period_once_and_sends_it_on_its_channel_alone():
    fill(make_ledger(), 30)
    for name in ("desk", "other"):
        add_channel(name, kind="log", options={}, topics=[], at=NOW)
    schedule = add_schedule(Wish("daily", zone="Asia/Tokyo", channel="desk", form="pdf"), at=AT)

    # Midnight in Tokyo is 15:00 in UTC, and the last bars come a little later.
    end = datetime(2025, 3, 5, 15, tzinfo=UTC)
    counts = [due(end - timedelta(minutes=1)), due(end), due(end + timedelta(minutes=4)), due(end + DAY / 2)]
    spread(at=end + DAY)

    assert counts == [0, 0, 1, 0]
    stored = StoredReport.objects.get()
    assert (stored.until, stored.schedule) == (end, schedule)
    notice = Notice.objects.get(topic="report.ready")
    assert notice.payload["title"] == (
        "Daily report, 2025-03-04 15:00 to 2025-03-05 15:00, UTC (by the calendar of Asia/Tokyo)"
    )
    assert [one.channel.name for one in Delivery.objects.filter(notice=notice)] == ["desk"]
    file = attachment_of(Message(notice.topic, notice.subject, notice.payload, notice.created_at))
    assert (file.name, file.content[:5]) == ("heliograph-daily-2025-03-04.pdf", b"%PDF-")
    assert due(end + 3 * DAY) == 1
    assert StoredReport.objects.latest("pk").until == end + 2 * DAY


def test_who_may_see_nothing_gets_nothing():
    add_schedule(Wish("hourly"), at=AT)

    assert due(AT + DAY, hidden=None) == 0
    assert not StoredReport.objects.exists()


def test_a_schedule_that_rests_makes_nothing_and_goes_on_with_the_period_that_runs():
    schedule = add_schedule(Wish("daily"), at=AT)
    pause_schedule(schedule.pk, at=AT)
    assert due(AT + 2 * DAY) == 0

    pause_schedule(schedule.pk, paused=False, at=AT + 2 * DAY)

    assert due(AT + 2 * DAY) == 0
    assert due(AT + 3 * DAY) == 1
    remove_schedule(schedule.pk)
    assert StoredReport.objects.get().schedule is None


@pytest.mark.parametrize("wish", [Wish("yearly"), Wish("daily", zone="Moon"), Wish("daily", form="doc")])
def test_what_cannot_be_wished_is_refused(wish):
    with pytest.raises(UserError):
        add_schedule(wish, at=AT)


def test_old_reports_are_forgotten_hourly_ones_sooner():
    made = {
        (kind, days): request_report(last_period(kind, at=AT), at=AT - days * DAY).pk
        for kind in (Kind.HOURLY, Kind.DAILY)
        for days in (10, 20, 401)
    }

    gone = set(old_reports(at=AT).values_list("pk", flat=True))

    assert gone == {made[Kind.HOURLY, 20], made[Kind.HOURLY, 401], made[Kind.DAILY, 401]}
