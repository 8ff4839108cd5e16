"""The pages of monitoring: health, incidents, measures, silences, recommendations."""

import re
from datetime import timedelta

import pytest

from heliograph.accounts.models import AuditEntry
from heliograph.kit.clock import utc_now
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.alerts.models import Alert, Entry, Incident, Silence
from heliograph.monitor.alerts.rules import find_rule
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.measure import known, unknown
from heliograph.monitor.probes import DEFINITIONS
from heliograph.monitor.score import health_of
from heliograph.monitor.store import roll_up, write
from heliograph.monitor.take import scores
from heliograph.notices.models import Notice
from heliograph.reports.quality.keep import keep_newest
from heliograph.web.reads.monitoring.coverage import coverage_map
from tests.signals.world import feed, make_venue, walk

PIECES = ("now", "incidents", "trends", "coverage", "machine", "advice")
pytestmark = pytest.mark.django_db
BY_NAME = {one.name: one for one in DEFINITIONS}
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
WELL = {
    "database_up": 1,
    "database_connections": 4,
    "database_size_bytes": 2_500_000_000,
    "redis_up": 1,
    "workers_alive": 2,
    "timetable_lag_seconds": 0,
    "queues_messages": 3,
    "notices_failing_channels_ratio": 0,
}


def keep_look(at, **values):
    """One look of these measures; a text is why a measure is unknown."""
    found = [
        unknown(BY_NAME[name], value) if isinstance(value, str) else known(BY_NAME[name], value)
        for name, value in (WELL | values).items()
    ]
    write([*found, *scores(health_of(found))], at=at, spent_ms=1.0)


@pytest.fixture
def incident():
    """One that goes on, with its alert and two lines."""
    at = utc_now() - 29 * 60 * SECOND
    rule = find_rule("channel-failing")
    one = Incident.objects.create(
        key=rule.cause, rule_name=rule.name, title="Channel ntfy fails", severity="warning", told=1,
        opened_at=at, seen_at=at,
    )  # fmt: skip
    Alert.objects.create(rule=rule, key="", state="firing", since=at, fired_at=at, incident=one, value=1)
    Entry.objects.create(incident=one, at=at, kind="opened", words="3 of 3 deliveries failed")
    Entry.objects.create(incident=one, at=at + 60 * SECOND, kind="told", words="as incident.warning")
    return one


def text_of(client, address, status=200, **headers):
    """What a page says, without its marks."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def act(client, incident, what, **more):
    return client.post(f"/monitoring/incidents/{incident.pk}/act", {"act": what, **more})


def test_the_score_stands_with_its_gates_its_weakest_part_and_what_is_unknown(client):
    keep_look(
        utc_now() - 4 * SECOND, notices_failing_channels_ratio=0.36, cache_unpaid_prefixes="no reads in 5 min"
    )

    page = text_of(client, "/monitoring/live/now")

    assert "no gate is red" in page
    assert "weakest: Notices 64" in page
    assert "36 % of the channels in use, that could not be reached" in page
    assert page.index("Notices 64") < page.index("Database , in order 100")
    assert "Cache , unknown – no reads in 5 min" in page
    assert "unknown: 1 measure" in page
    assert "4 sessions; 2.50 GB" in page


def test_a_red_gate_leads_and_says_what_it_does(client):
    keep_look(utc_now(), redis_up=0)

    page = text_of(client, "/monitoring/live/now")

    assert "25 of 100" in page
    assert "gate: Redis answers : red, so the whole has 25 at most" in page
    assert "Health 25" in text_of(client, "/about/").replace(" of 100", "")


def test_without_a_fresh_look_it_is_measured_here_and_said(client):
    keep_look(utc_now() - HOUR)

    page = text_of(client, "/monitoring/")

    assert "No look was kept within a minute" in page
    assert "Health –" in page


def test_empty_houses_say_what_will_stand_there(client):
    page = text_of(client, "/monitoring/")

    for words in (
        "Nothing is wrong.", "No rule fired in 30 days.", "none was acknowledged", "Nothing is silenced",
        "nothing is kept of it yet", "No worker has registered.", "Nothing was tuned yet.",
        "Nothing to recommend.", "Nothing that was recommended is done yet.",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize("name", PIECES)
def test_each_piece_looks_again_by_itself(client, name):
    part = client.get(f"/monitoring/live/{name}", headers={"HX-Request": "true"}).content.decode()

    assert part.startswith(f'<div id="{name}"')
    assert f'hx-get="/monitoring/live/{name}"' in part
    assert client.get("/monitoring/live/kitchen").status_code == 404


def test_the_map_of_coverage_begins_with_the_series_that_lacks_most(client):
    batch, instruments = make_venue("paper", symbols=[f"{letter}/USDT" for letter in "ABCDEFGHIJKL"])
    bars = walk(3, 100, instruments=12)
    feed(batch, instruments[:11], series_of(bars, slice(11)))
    last = series_of(bars, slice(11, 12))
    feed(batch, instruments[11:], last.slice(0, 30))
    feed(batch, instruments[11:], last.slice(33, 100))

    part = client.get("/monitoring/live/coverage").content.decode()

    # Hours 30 to 32 lack: 06:00 to 08:00 of the second day.
    assert "L/USDT, 2 Jan 2024: 21 of 24 bars" in part
    shown = re.findall(r'class="name name-link" href="[^"]+">([^<]+)', part)
    assert shown == ["L/USDT", *(f"{letter}/USDT" for letter in "ABCDEFGHI")]
    assert "10 of 12 series · 3 bars lack in them, the worst first" in part
    assert 'href="/data/"' in part
    # All of it is old.
    assert "</svg>today</li>" not in part
    # By keys one comes to what lacks, and past the rest.
    assert len(re.findall(r'<a href="/data/\d+/\?day=[^"]+" aria-label="[^"]+">', part)) == 1
    assert "Coverage" in text_of(client, "/monitoring/")


def test_a_series_that_lacks_bars_is_on_the_map_though_many_stand_before_it(client):
    names = [f"A{number:02d}/USDT" for number in range(30)]
    batch, instruments = make_venue("paper", symbols=names)
    bars = walk(3, 50, instruments=30)
    feed(batch, instruments[:29], series_of(bars, slice(29)))
    last = series_of(bars, slice(29, 30))
    feed(batch, instruments[29:], last.slice(0, 30))
    feed(batch, instruments[29:], last.slice(33, 50))
    keep_newest(at=utc_now())

    part = text_of(client, "/monitoring/live/coverage")

    assert "A29/USDT" in part
    assert "10 of 30 series · 3 bars lack in them" in part


def test_where_none_lacks_or_nothing_is_stored_the_map_says_so(client):
    assert "No candles yet." in text_of(client, "/monitoring/live/coverage")
    batch, instruments = make_venue("paper", symbols=["A/USDT"])
    feed(batch, instruments, walk(3, 50))
    coverage_map.forget(at=utc_now())

    assert "1 of 1 series · no bar lacks in these days" in text_of(client, "/monitoring/live/coverage")


def series_of(bars, which):
    """Bars of some of their instruments."""
    fields = (getattr(bars, name)[which] for name in ("open", "high", "low", "close", "volume"))
    return type(bars)(bars.time, *fields)


def test_an_incident_is_acknowledged_by_the_button_and_then_shown_so(as_role, incident):
    operator = as_role("operator")
    assert "Channel ntfy fails since" in text_of(operator, "/monitoring/live/incidents")
    assert "told: as incident.warning" in text_of(operator, "/monitoring/live/incidents")

    answer = act(operator, incident, "acknowledge", **{"from": "monitoring"})

    assert (answer.status_code, answer["Location"]) == (302, "/monitoring/")
    page = operator.get("/monitoring/").content.decode()
    assert "acknowledged by the operator" in page
    assert 'value="acknowledge"' not in page
    incident.refresh_from_db()
    assert (incident.state, incident.acknowledged_by) == ("acknowledged", "the operator")
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.subject, entry.actor) == (
        "incident.acknowledge", f"incident {incident.pk}", "the operator",
    )  # fmt: skip


def test_what_is_wrong_leads_the_overview_and_is_absent_where_nothing_is(client, incident):
    assert "Warning Channel ntfy fails since" in text_of(client, "/")
    for number in range(6):
        same = {"rule_name": "redis-down", "title": "Redis does not answer", "severity": "critical"}
        Incident.objects.create(**same, key=f"{number}", opened_at=utc_now(), seen_at=utc_now())

    page = client.get("/monitoring/live/frame").content.decode()
    assert page.startswith('<div id="wrong"')
    assert (page.count("Look at it"), "2 more" in page) == (5, True)
    Incident.objects.update(state="resolved", resolved_at=utc_now())
    assert "<ul" not in client.get("/monitoring/live/frame").content.decode()


def test_a_viewer_sees_no_button_and_is_refused(as_role, incident):
    viewer = as_role("viewer")

    for address in ("/monitoring/", f"/monitoring/incidents/{incident.pk}/", "/monitoring/silences/"):
        page = viewer.get(address).content.decode()
        assert "incident" in page
        assert "/act" not in page, address
        assert "/silences/add" not in page, address
    assert act(viewer, incident, "acknowledge").status_code == 403
    assert viewer.post("/monitoring/silences/add", {"why": "a", "minutes": "60"}).status_code == 403
    incident.refresh_from_db()
    assert incident.state == "open"


def test_an_incidents_page_tells_all_of_it(client, incident):
    page = text_of(client, f"/monitoring/incidents/{incident.pk}/")

    assert find_rule("channel-failing").says in page
    assert page.index("Told : as incident.warning") < page.index("Opened : 3 of 3 deliveries failed")
    assert "A channel cannot be reached" in page
    assert text_of(client, "/monitoring/incidents/999999/", status=404)


def test_what_people_answer_stands_in_the_time_line(client, incident):
    act(client, incident, "comment", words="The receiver is being moved.")
    act(client, incident, "silence", minutes="240", words="until it is moved")
    act(client, incident, "close", words="moved")

    page = text_of(client, f"/monitoring/incidents/{incident.pk}/")
    assert "Comment : The receiver is being moved. by the admin" in page
    assert "Closed : moved by the admin" in page
    silence = Silence.objects.get()
    assert (silence.rules, silence.why) == ([find_rule("channel-failing").cause], "until it is moved")
    assert silence.ends_at - silence.begins_at == 4 * HOUR
    again = act(client, incident, "close")
    assert (again.status_code, b"alert" in again.content) == (409, True)
    assert act(client, incident, "burn").status_code == 404
    assert act(client, incident, "comment").status_code == 409


def test_incidents_are_listed_by_what_is_asked_for(client, incident):
    other = find_rule("redis-down")
    at = utc_now() - 3 * HOUR
    over = Incident.objects.create(
        key="redis", rule_name=other.name, title=other.title, severity="critical", state="resolved",
        opened_at=at, seen_at=at, acknowledged_at=at + 240 * SECOND, resolved_at=at + HOUR / 4,
    )  # fmt: skip
    Alert.objects.create(rule=other, key="", state="resolved", since=at, fired_at=at, incident=over)

    def titles(query):
        page = client.get(f"/monitoring/incidents/?{query}").content.decode()
        return [int(one) for one in re.findall(r'class="name" href="/monitoring/incidents/(\d+)/"', page)]

    assert titles("") == [incident.pk, over.pk]
    assert titles("which=going") == [incident.pk]
    assert titles("which=over") == [over.pk]
    assert titles("severity=critical") == [over.pk]
    assert titles("rule=channel-failing") == [incident.pk]
    assert titles(f"before={incident.pk}") == [over.pk]
    page = text_of(client, "/monitoring/incidents/")
    assert "Until acknowledged, median 4 min n 1" in page
    assert "Until resolved, median 15 min n 1" in page
    assert "Redis does not answer 1 time 1 answered · lasts" in page


def test_silences_are_made_and_ended(client):
    wrong = client.post("/monitoring/silences/add", {"rules": "redis-*", "minutes": "60"})
    assert (wrong.status_code, "Say why" in wrong.content.decode()) == (422, True)
    assert 'value="redis-*"' in wrong.content.decode()

    form = {"rules": "redis-*, data-stale", "minutes": "60", "why": "a new cable", "kind": "maintenance"}
    client.post("/monitoring/silences/add", form)

    made = Silence.objects.get()
    assert (made.rules, made.kind, made.who) == (["redis-*", "data-stale"], "maintenance", "the admin")
    assert "a new cable maintenance" in text_of(client, "/monitoring/silences/")
    assert "a new cable until" in text_of(client, "/monitoring/live/incidents")
    client.post(f"/monitoring/silences/{made.pk}/end")
    assert "Nothing is silenced." in text_of(client, "/monitoring/silences/")
    assert client.post(f"/monitoring/silences/{made.pk}/end").status_code == 409


def test_all_measures_stand_with_limits_and_why_they_are_unknown(client):
    keep_look(utc_now(), cache_unpaid_prefixes="no reads in 5 min")

    page = text_of(client, "/monitoring/measures/")
    assert "Size of the database database_size_bytes" in page
    assert "unknown: no reads in 5 min unknown –" in page
    part = text_of(client, "/monitoring/measures/?part=redis")
    assert "Redis answers redis_up in order yes bad where it is no; a gate of the whole" in part
    assert "database_size_bytes" not in part


def test_one_measure_over_time_with_its_forecast_and_how_such_fared(client):
    now = utc_now().replace(microsecond=0)
    for minute in range(90, 0, -1):
        keep_look(now - minute * 60 * SECOND, database_size_bytes=1e9 + 1e7 * (90 - minute))
    roll_up(at=now)
    begins = now - HOUR
    facts = {"kind": "space", "name": "database_size_bytes", "made_at": now - HOUR, "coverage": 0.8}
    numbers = {name: [2e9] * 7 for name in ("low", "mean", "high", "naive")}
    Forecast.objects.create(
        **facts, **numbers, begins_at=begins, step_seconds=86_400, full_early=now + 9 * 24 * HOUR,
        full_late=now + 14 * 24 * HOUR, known=20, error=2e8, naive_error=4e8, inside=17,
    )  # fmt: skip

    answer = client.get("/monitoring/measures/database_size_bytes/").content.decode()
    page = text_of(client, "/monitoring/measures/database_size_bytes/?span=1d")

    assert "Full in 9 to 14 days. The band holds 80 of 100." in page
    assert "off by 10 MB in the mean, 85 of 100 values in the band, 50 % closer" in page
    assert 'class="history" d="M' in answer
    assert 'class="ahead" d="M' in answer
    assert 'style="' not in answer
    for span in ("3h", "30d", "2y", "moon"):
        text_of(client, f"/monitoring/measures/database_size_bytes/?span={span}")
    # Of years some hours of a day are looked at: one of them may be among these ninety minutes.
    years = text_of(client, "/monitoring/measures/redis_up/?span=2y")
    assert re.search("(Nothing|One value) is kept of these 2 years.", years)
    assert client.get("/monitoring/measures/nothing_at_all/").status_code == 404
    trends = text_of(client, "/monitoring/live/trends")
    assert "Full in 9 to 14 days." in trends
    assert "No forecast: too little" not in trends


def test_a_trend_ends_where_its_last_value_was_known(client):
    now = utc_now().replace(second=0, microsecond=0)
    for minute in range(300, 240, -5):
        keep_look(now - minute * 60 * SECOND, database_size_bytes=1e9 + 1e6 * minute)
    roll_up(at=now)

    page = client.get("/monitoring/live/trends").content.decode()
    measure = client.get("/monitoring/measures/database_size_bytes/?span=1d").content.decode()

    size = page.partition("database_size_bytes")[2].partition("</section>")[0]
    for text in (size, measure):
        line = re.search(r'class="history" d="([^"]+)"', text)[1]
        assert re.sub(r"[^ML]", "", line) == "M" + "L" * 11
        assert float(re.findall(r"([\d.]+) ", line)[-1]) < 200
        assert 'x="82.0%" y="138">now</text>' in text


def test_a_recommendation_is_answered(client):
    at = utc_now()
    facts = {"rule": "cache", "opened_at": at, "seen_at": at, "why": "It forgot much."}
    one = Recommendation.objects.create(
        **facts, subject="a", title="Give the memory level more room", command="heliograph cache",
        evidence=[{"what": "entries evicted in a day", "value": 42739.0, "source": "monitor_hour"}],
        effect={"measure": "cache_hits_ratio", "labels": {}, "way": "up", "now": 0.59, "expected": None,
                "basis": "what is not forgotten need not be computed again"},
    )  # fmt: skip
    two = Recommendation.objects.create(**facts, subject="b", title="Another one")

    page = text_of(client, "/monitoring/live/advice")
    assert "Evidence: entries evicted in a day 42,739" in page
    assert "cache_hits_ratio goes up from 0.5900; how far is not known" in page
    client.post(f"/monitoring/advice/{one.pk}/act", {"act": "done"})
    client.post(f"/monitoring/advice/{two.pk}/act", {"act": "dismiss", "reason": "no room"})

    assert "Cannot tell yet" in text_of(client, "/monitoring/advice/?state=done")
    assert "no room" in text_of(client, "/monitoring/advice/?state=dismissed")
    assert client.post(f"/monitoring/advice/{one.pk}/act", {"act": "done"}).status_code == 409
    assert client.post("/monitoring/advice/999999/act", {"act": "done"}).status_code == 404


def test_the_link_of_a_notice_leads_to_its_incident(client, incident):
    Notice.objects.create(
        topic="incident.warning", subject="one", payload={"incident": incident.pk}, created_at=utc_now()
    )

    answer = client.get("/notices/of/", {"topic": "incident.warning", "subject": "one"})

    assert answer["Location"] == f"/monitoring/incidents/{incident.pk}/"
