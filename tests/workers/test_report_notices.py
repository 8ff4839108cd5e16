"""A report that comes regularly tells nobody of a strategy that they may not see, not even in its totals."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.accounts.models import StrategyOwner, Team
from heliograph.fleet.jobs import run_next
from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Delivery, Notice
from heliograph.notices.subscription import Wish as Subscribed
from heliograph.notices.subscription import preview
from heliograph.reports.keep import run_report
from heliograph.reports.models import StoredReport
from heliograph.reports.schedules import Wish, add_schedule, ask_due
from heliograph.signals.models import Strategy
from heliograph.workers.unheard import hidden_from_report
from tests.reports.ledger import fill, make_ledger, table
from tests.signals.world import NOW
from tests.web.people import person_with, signed_in, with_token

pytestmark = pytest.mark.django_db
AT = datetime(2025, 3, 3, tzinfo=UTC)


@pytest.fixture
def people():
    """A team that owns one of two strategies, its member, a stranger, an operator and an admin."""
    fill(make_ledger(), 20, hours=(820, 940))
    team = Team.objects.create(name="desk", created_at=NOW)
    found = {
        name: person_with(role, name)
        for name, role in {
            "member": "analyst", "stranger": "analyst", "operator": "operator", "admin": "admin"
        }.items()
    }  # fmt: skip
    team.members.add(found["member"])
    StrategyOwner.objects.create(strategy=Strategy.objects.get(name="Slow"), team=team)
    audiences = {name: f"person:{one.pk}" for name, one in found.items()}
    return audiences | {"team": f"team:{team.pk}", "everybody": ""}


def settled(*, everything):
    """How many ended in the week, of all strategies or of those that all may see."""
    rows = table()
    inside = rows[(rows.exit_time >= AT - timedelta(days=7)) & (rows.exit_time < AT)]
    slow = Strategy.objects.get(name="Slow").pk
    return len(inside) if everything else int((inside.strategy_id != slow).sum())


def told_to(*ways):
    """What weekly reports of those audiences say on channels of others, by audience and channel."""
    named = {}
    for place, (audience, channel) in enumerate(ways):
        add_channel(f"desk-{place}", kind="log", options={}, topics=None, audience=channel, at=NOW)
        named[f"desk-{place}"] = audience, channel
        wish = Wish("weekly", channel=f"desk-{place}", audience=audience)
        add_schedule(wish, at=AT - timedelta(days=1))
    ask_due(at=AT + timedelta(hours=1), hidden_from=hidden_from_report)
    while run_next({"report": run_report}, holder="a test"):
        pass
    sent = Delivery.objects.values_list("channel__name", "notice__payload__text")
    return {named[channel]: text for channel, text in sent}


def test_a_notice_counts_what_all_who_get_it_may_see(people):
    everything = [
        ("member", "member"),
        ("team", "team"),
        ("admin", "admin"),
        # Their own to tell of.
        ("member", "everybody"),
        ("team", "everybody"),
    ]
    the_rest = [
        ("stranger", "stranger"),
        ("everybody", "everybody"),
        ("everybody", "operator"),
        ("everybody", "admin"),
        # What an admin sees of others is not for those who read along.
        ("admin", "everybody"),
        ("admin", "stranger"),
        ("member", "stranger"),
    ]
    wanted = {(people[one], people[other]): settled(everything=True) for one, other in everything}
    wanted |= {(people[one], people[other]): settled(everything=False) for one, other in the_rest}

    found = told_to(*wanted)

    assert settled(everything=True) > settled(everything=False) > 1
    assert {
        way: f" {number} signals settled" in found[way] for way, number in wanted.items()
    } == dict.fromkeys(wanted, True)


def test_the_report_for_everybody_is_for_everybody_to_read(people):
    told_to(("", ""))
    stored = StoredReport.objects.get()

    assert "Slow" not in stored.content
    page = signed_in(person_with("analyst", "stranger")).get(f"/reports/{stored.pk}/")
    assert page.status_code == 200


def test_who_may_not_see_a_report_finds_no_notice_of_it(people):
    told_to((people["member"], people["member"]))
    notice = Notice.objects.get(topic="report.ready")

    found = {}
    for role in ("viewer", "admin"):
        client = with_token("read", role=role)
        listed = client.get("/api/v1/notices").json()["items"]
        found[role] = (
            [one["id"] for one in listed if one["topic"] == "report.ready"],
            client.get(f"/api/v1/notices/{notice.pk}").status_code,
        )
    assert found == {"viewer": ([], 404), "admin": ([notice.pk], 200)}
    # No subscription has it, so none is shown it as what would have come.
    assert preview(Subscribed("desk-0", audience=people["member"]), at=utc_now()).would_have == 0


def test_a_report_that_is_forgotten_is_told_of_to_those_who_see_everything(people):
    told_to(("", ""))
    StoredReport.objects.all().delete()

    listed = with_token("read", role="viewer").get("/api/v1/notices").json()["items"]

    assert [one for one in listed if one["topic"] == "report.ready"] == []


def test_who_is_gone_gets_no_report(people):
    add_schedule(Wish("weekly", audience="person:999999"), at=AT - timedelta(days=1))

    assert ask_due(at=AT + timedelta(hours=1), hidden_from=hidden_from_report) == 0
