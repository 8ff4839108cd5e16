"""Sources by pages and by the API: added, their alerts looked at, their secrets replaced, removed."""

import re
from html import unescape

import pytest

from heliograph.accounts.models import AuditEntry
from heliograph.inbound.follow import follow_alerts
from heliograph.inbound.models import Alert, Source
from heliograph.inbound.sources import Asked, add_source
from heliograph.signals.models import Signal
from tests.inbound.test_api import send as send_alert
from tests.signals.world import NOW
from tests.web.people import give_to, person_with, signed_in, with_token

pytestmark = pytest.mark.django_db
FORM = {"name": "tv", "timeframe": "4h", "expires": "12", "fee_pct": "0.1", "slippage_bps": "0"}
ALERT = {"symbol": "NOWHERE", "action": "buy"}


def said(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:2000]
    return unescape(answer.content.decode())


def field(page, name):
    return re.search(rf'id="{name}"[^>]* value="([^"]+)"', page)[1]


def ask(client, method, path, body=None):
    kind = "application/json"
    answer = getattr(client, method)(f"/api/v1/{path}", body or {}, content_type=kind)
    return answer.status_code, answer.json() if answer.content else None


def test_an_empty_page_leads_to_the_first_source_and_its_secret_is_shown_once(client):
    assert "Add the first source" in said(client.get("/notices/inbound/"))
    said(client.get("/notices/inbound/new"))
    page = said(client.post("/notices/inbound/new", FORM | {"only_tradingview": "on", "long_only": "on"}))
    secret = field(page, "secret")
    assert field(page, "address") == "http://testserver/api/v1/inbound/tv"
    assert f'{{"secret": "{secret}", "symbol": "{{{{exchange}}}}:{{{{ticker}}}}"' in page
    source = Source.objects.get()
    assert (source.version.timeframe, source.long_only, len(source.addresses)) == ("4h", True, 4)
    assert "expires = 12" in source.version.text
    for address in ("/notices/inbound/", "/notices/inbound/tv/"):
        assert secret not in said(client.get(address))
    assert AuditEntry.objects.latest("pk").action == "source.add"
    assert secret not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "A b"}, "'A b': a name has up to 64 small letters"),
        ({"timeframe": "7m"}, "There is no timeframe '7m'"),
        ({"venue": "mars"}, "There is no venue 'mars'"),
        ({"addresses": "10.0.0.0/8 all"}, "'all' is no address or network"),
        ({"expires": "many"}, "Expires after: write a whole number up to 100,000, not 'many'."),
        ({"fee_pct": "51"}, "Fee: write a number up to 50, not '51'."),
        ({"slippage_bps": "1e9"}, "Slippage: write a number up to 5,000, not '1e9'."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(client, fields, sentence):
    page = said(client.post("/notices/inbound/new", FORM | {"strategy": "My own"} | fields), 422)
    assert sentence in re.sub(r"</?code>", "", page)
    assert field(page, "field-strategy") == "My own"
    assert not Source.objects.exists()


def test_the_newest_alerts_stand_with_what_became_of_each(client, desk):
    desk.feed(4)
    desk.alert(5, '{"symbol": "BTCUSDT", "action": "buy", "comment": "<b>up</b>"}')
    desk.feed(40)
    follow_alerts(at=desk.close(40))
    desk.alert(41, '{"symbol": "NOWHERE", "action": "buy"}')
    signal = Signal.objects.get()
    page = said(client.get("/notices/inbound/"))
    assert f'href="/signals/{signal.pk}/"' in page
    assert "There are no 1h candles of NOWHERE" in page
    assert "<b>up</b>" not in client.get("/notices/inbound/").content.decode()
    assert page.index("NOWHERE") < page.index("long BTC/USDT")
    refused = said(client.get("/notices/inbound/?state=refused&source=desk"))
    assert ("NOWHERE" in refused, "long BTC/USDT" in refused) == (True, False)
    assert "No alert fits." in said(client.get("/notices/inbound/?state=waiting"))
    assert "No alert fits." in said(client.get("/notices/inbound/?source=nowhere&before=1"))
    own = said(client.get("/notices/inbound/desk/"))
    assert ("2 kept, 1 refused" in own, "NOWHERE" in own) == (True, True)


def test_a_secret_is_replaced_by_the_page_without_losing_an_alert(client):
    former = field(said(client.post("/notices/inbound/new", FORM)), "secret")
    newest = field(said(client.post("/notices/inbound/tv/secret", {"act": "renew"})), "secret")
    assert "End the old secret" in said(client.get("/notices/inbound/tv/"))
    assert [send_alert(ALERT | {"secret": one}, source="tv").status_code for one in (former, newest)] == [
        422,
        200,
    ]
    client.post("/notices/inbound/tv/secret", {"act": "end"})
    answers = [send_alert(ALERT | {"secret": one}, source="tv").status_code for one in (former, newest)]
    assert answers == [404, 200]
    page = said(client.post("/notices/inbound/tv/secret", {"act": "end"}, follow=True))
    assert "The source tv has no former secret." in page
    assert client.post("/notices/inbound/tv/secret", {"act": "show"}).status_code == 404


def test_a_source_is_removed_with_its_effect_named(client, desk):
    assert "0 open signals run on to their ends" in said(client.get("/notices/inbound/desk/"))
    page = said(client.post("/notices/inbound/desk/remove", follow=True))
    assert "desk is removed; desk v1 is retired." in page
    assert client.get("/notices/inbound/desk/").status_code == 404


def test_who_may_not_operate_looks_and_is_offered_nothing(desk):
    viewer = signed_in(person_with("viewer"))
    for address in ("/notices/inbound/", "/notices/inbound/desk/"):
        page = said(viewer.get(address))
        assert "Make a new secret" not in page
        assert "Add a source" not in page
        assert "Remove" not in page


def test_sources_of_others_are_not_there(client):
    source, secret = add_source("theirs", asked=Asked(), at=NOW)
    send_alert(ALERT | {"secret": secret}, source="theirs")
    give_to(source.version.strategy, person_with("analyst", "somebody else"))
    other = signed_in(person_with("operator"))
    assert "theirs" not in said(other.get("/notices/inbound/"))
    assert other.get("/notices/inbound/theirs/").status_code == 404
    page = said(other.post("/notices/inbound/new", FORM | {"strategy": "theirs"}), 422)
    assert "A strategy named 'theirs' belongs to others" in page
    program = with_token("write", role="operator")
    assert ask(program, "get", "alerts")[1]["items"] == []
    assert ask(program, "get", f"alerts/{Alert.objects.get().pk}")[0] == 404
    assert ask(program, "post", "sources/theirs/secret")[0] == 404
    assert ask(program, "delete", "sources/theirs")[0] == 404


def test_alerts_are_listed_by_the_api(client, desk):
    desk.feed(4)
    desk.alert(5, "buy BTCUSDT stop=1 target=999 id=1")
    desk.alert(5, "buy NOWHERE id=2")
    refused, waiting = ask(client, "get", "alerts")[1]["items"]
    assert (refused["state"], refused["symbol"], refused["source"]) == ("refused", None, "desk")
    assert refused["reason"].startswith("There are no 1h candles of NOWHERE")
    assert {name: waiting[name] for name in ("state", "action", "symbol", "stop", "targets", "body")} == {
        "state": "waiting",
        "action": "long",
        "symbol": "BTC/USDT",
        "stop": 1.0,
        "targets": [999.0],
        "body": waiting["body"],
    }
    assert desk.secret not in str(waiting)
    assert ask(client, "get", f"alerts/{waiting['id']}")[1] == waiting
    assert [one["id"] for one in ask(client, "get", "alerts?state=refused")[1]["items"]] == [refused["id"]]
    assert ask(client, "get", "alerts?source=other")[1]["items"] == []
    desk.feed(40)
    follow_alerts(at=desk.close(40))
    number = Signal.objects.get().pk
    assert [one["id"] for one in ask(client, "get", f"alerts?signal_id={number}")[1]["items"]] == [
        waiting["id"]
    ]


def test_the_api_replaces_a_secret_in_two_steps(client):
    former = ask(client, "post", "sources", {"name": "tv"})[1]
    status, newest = ask(client, "post", "sources/tv/secret")
    assert (status, newest["renewing"], newest["secret"] != former["secret"]) == (200, True, True)
    secrets = (former["secret"], newest["secret"])
    sent = [send_alert(ALERT | {"secret": one}, source="tv").status_code for one in secrets]
    assert sent == [422, 200]
    assert ask(client, "post", "sources/tv/secret/end")[1]["renewing"] is False
    assert send_alert(ALERT | {"secret": former["secret"]}, source="tv").status_code == 404
    status, told = ask(client, "post", "sources/tv/secret/end")
    assert (status, told["detail"]) == (422, "The source tv has no former secret.")


def test_pages_of_sources_ask_the_database_a_constant_number_of_times(client, django_assert_max_num_queries):
    for number in range(3):
        _, secret = add_source(f"tv{number}", asked=Asked(), at=NOW)
        for other in range(5):
            send_alert(ALERT | {"secret": secret, "id": str(other)}, source=f"tv{number}")
    client.get("/notices/inbound/")
    with django_assert_max_num_queries(8):
        said(client.get("/notices/inbound/"))
    with django_assert_max_num_queries(10):
        said(client.get("/notices/inbound/tv1/"))
