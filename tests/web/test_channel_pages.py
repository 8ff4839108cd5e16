"""Channels added, tried, subscribed to, changed and removed in the browser."""

import re
from datetime import timedelta
from html import unescape

import pytest
from standardwebhooks import Webhook

from benchmarks.drills.parts.receiver import receiving
from heliograph.accounts.models import AuditEntry
from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.channels import KINDS
from heliograph.notices.channels.apprise.messengers import SERVICES
from heliograph.notices.channels.email.channel import TAKES as OF_MAIL
from heliograph.notices.channels.offers import OFFERS
from heliograph.notices.channels.webhook.channel import TAKES as OF_WEBHOOKS
from heliograph.notices.deliver import deliver_due
from heliograph.notices.models import Channel, Sending, Subscription
from heliograph.notices.raise_notice import Told, raise_notices
from heliograph.notices.subscription import Wish, add_subscription
from tests.web.people import person_with, signed_in
from tests.web.postbox import SIGNAL

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "/notices/channels/new"
PASSWORD = "a horse that counts to nine"


@pytest.fixture
def receiver():
    """A receiver of webhooks on this machine."""
    with receiving() as one:
        yield one


def said(answer):
    return unescape(answer.content.decode())


def webhook(receiver, **more):
    own = {"name": "desk", "option-url": receiver.url(), "option-allow_private": "127.0.0.1"}
    return own | more


def secrets_on(page):
    return re.findall(r'value="(whsec_[^"]+)"', page)


def test_a_newcomer_receives_a_signed_notice_by_the_pages_alone(client, receiver):
    page = said(client.get("/notices/"))
    assert f'href="{NEW}"' in page
    assert f'href="{NEW}/webhook/"' in said(client.get(NEW))
    page = said(client.post(f"{NEW}/webhook/", webhook(receiver), follow=True))
    assert "The channel desk is stored." in page
    assert "Show the secret" in page

    (secret,) = secrets_on(said(client.post("/notices/channels/desk/secret", {"act": "show"})))
    assert secret not in str(Channel.objects.values())
    client.post("/notices/channels/act", {"act": "test", "of": "desk", "page": "own"})
    page = said(client.get("/notices/channels/desk/"))
    assert "desk took the test notice." in page
    link = re.search(r'href="(/notices/subscriptions/new\?[^"]+)"', page)[1]
    form = said(client.get(link))
    for topic in ("signal.published", "signal.settled"):
        assert f'value="{topic}" checked' in form
    assert "<option selected>desk</option>" in form

    asked = {"channel": "desk", "topics": ["signal.published", "signal.settled"], "zone": "UTC"}
    client.post("/notices/subscriptions/new", asked | {"audience": "", "pace": "once"})
    raise_notices([Told("signal.published", "s1", SIGNAL)], at=utc_now())
    deliver_due(at=utc_now() + timedelta(seconds=1))
    assert len(receiver.requests) == 2
    for request in receiver.requests:
        # The independent library raises where a signature is not that of the secret on the page.
        Webhook(secret).verify(request.body, dict(request.headers))
    assert "BTC/USDT" in receiver.requests[1].body


def test_every_kind_and_service_is_offered_with_each_of_its_options():
    asked = {name: {one.name for one in offer.asks} | {*offer.fixed} for name, offer in OFFERS.items()}
    assert {offer.kind for offer in OFFERS.values()} == set(KINDS)
    for name, service in SERVICES.items():
        assert asked[name] == {*service.needs, *service.may, "service", "picture", "allow_private"}
        assert {one.name for one in OFFERS[name].asks if one.needed} == set(service.needs)
    assert asked["email"] == OF_MAIL
    assert asked["webhook"] | asked["freqtrade"] == OF_WEBHOOKS


@pytest.mark.parametrize("name", [one.name for one in OFFERS.values() if one.group])
def test_every_form_says_what_it_asks_for_and_refuses_nothing_with_a_sentence(client, name):
    page = said(client.get(f"{NEW}/{name}/"))
    for ask in OFFERS[name].asks:
        assert f'id="field-{ask.name}"' in page
        assert ask.label in page
    answer = client.post(f"{NEW}/{name}/", {})
    assert answer.status_code == 422
    assert 'role="alert"' in said(answer)
    assert not Channel.objects.exists()


WRONG = [
    ("webhook", {}, "url", "A webhook needs the address that it goes to: “Address”"),
    ("webhook", {"url": "ftp://a.com"}, "url", "ftp://a.com is no web address"),
    ("webhook", {"url": "https://10.0.0.7/hook"}, "url", "10.0.0.7 is at 10.0.0.7, which is not public"),
    ("webhook", {"url": "https://2130706433/"}, "url", "is at 127.0.0.1, which is not public"),
    ("webhook", {"url": "https://1.1.1.1/", "secret_env": "NOT_SET"}, "secret_env", "NOT_SET is not set"),
    (
        "webhook",
        {"url": "https://1.1.1.1/", "secret_env": "HELIOGRAPH_SECRET_KEY"},
        "secret_env",
        "is a setting of the installation",
    ),
    ("freqtrade", {"url": "https://1.1.1.1/", "template": "{"}, "template", "The template is no JSON"),
    ("freqtrade", {"url": "https://1.1.1.1/", "format": "yaml"}, "format", "There is no format 'yaml'"),
    ("telegram", {"to": "123"}, "token_env", "Environment variable with the token is needed."),
    ("telegram", {"token_env": "NOT_SET", "to": "123"}, "token_env", "NOT_SET is not set in the environment"),
    ("telegram", {"token_env": "X", "to": "nobody"}, "to", "is no chat of Telegram"),
    ("gotify", {"server": "gotify", "token_env": "X"}, "server", "is no web address"),
    ("email", {"host": "1.1.1.1", "sender": "a@b.example", "to": "me"}, "to", "'me' is no e-mail address"),
    (
        "email",
        {"host": "1.1.1.1", "sender": "a@b.example", "to": "c@d.example", "port": "x"},
        "port",
        "is no whole number",
    ),
    ("email", {"host": "127.0.0.1", "sender": "a@b.example", "to": "c@d.example"}, "host", "is not public"),
    ("log", {"file": "notices.jsonl"}, "file", "name the file with its whole path"),
]


@pytest.mark.parametrize(("what", "typed", "field", "sentence"), WRONG)
def test_what_is_wrong_is_said_at_its_field_in_the_words_of_the_form(client, what, typed, field, sentence):
    fields = {f"option-{name}": value for name, value in typed.items()}
    answer = client.post(f"{NEW}/{what}/", {"name": "desk"} | fields)
    page = said(answer)
    assert answer.status_code == 422
    assert f'id="fault-{field}"' in page
    assert f'href="#field-{field}"' in page
    assert sentence in page
    assert "--" not in re.search(r'id="fault".*?</div>', page, re.S)[0]
    assert not Channel.objects.exists()


def test_an_address_inside_is_for_admins_to_allow(client, as_role, receiver):
    operator = as_role("operator")
    page = said(operator.post(f"{NEW}/webhook/", webhook(receiver)))
    assert "field-allow_private" not in page
    assert "is not encrypted: use https" in page
    assert "“Private hosts that it may reach”, which admins fill in" in page
    assert client.post(f"{NEW}/webhook/", webhook(receiver)).status_code == 302
    # What an admin has allowed stays so when an operator changes something else.
    changed = {"option-url": receiver.url("/other")}
    assert operator.post("/notices/channels/desk/change", changed).status_code == 302
    assert Channel.objects.get().options["allow_private"] == ["127.0.0.1"]


def test_names_and_audiences_that_cannot_be_are_refused_at_their_fields(client, receiver):
    for typed, field in (
        ({"name": "a b"}, "name"),
        ({"name": ""}, "name"),
        ({"audience": "person:99"}, "audience"),
    ):
        page = said(client.post(f"{NEW}/webhook/", webhook(receiver, **typed)))
        assert f'id="fault-{field}"' in page
        # What a name may be made of is said before one is refused.
        assert "without spaces" in page
    client.post(f"{NEW}/webhook/", webhook(receiver))
    page = said(client.post(f"{NEW}/webhook/", webhook(receiver)))
    assert "There is a channel 'desk' already" in page
    assert client.get(f"{NEW}/pigeon/").status_code == 404


def test_a_change_keeps_the_secret_and_tells_the_trail_what_changed(client, receiver):
    client.post(f"{NEW}/webhook/", webhook(receiver))
    before = Channel.objects.get().options["own_secret"]
    page = said(client.get("/notices/channels/desk/change"))
    assert f'value="{receiver.url()}"' in page
    client.post("/notices/channels/desk/change", webhook(receiver) | {"option-url": receiver.url("/other")})
    options = Channel.objects.get().options
    assert options["url"] == receiver.url("/other")
    assert options["own_secret"] == before
    assert AuditEntry.objects.get(action="channel.change").details["options"] == ["url"]
    wrong = client.post("/notices/channels/desk/change", webhook(receiver) | {"option-url": "x"})
    assert wrong.status_code == 422


def test_a_named_variable_takes_the_place_of_the_made_secret(client, receiver, monkeypatch):
    monkeypatch.setenv("DESK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    client.post(f"{NEW}/webhook/", webhook(receiver, **{"option-secret_env": "DESK_SECRET"}))
    assert "own_secret" not in Channel.objects.get().options
    page = said(client.get("/notices/channels/desk/"))
    assert "<code>DESK_SECRET</code>" in page
    assert "Show the secret" not in page
    assert "set here now" in page


def test_a_secret_is_replaced_while_both_sign(client, receiver):
    client.post(f"{NEW}/webhook/", webhook(receiver))
    address = "/notices/channels/desk/secret"
    (old,) = secrets_on(said(client.post(address, {"act": "show"})))
    new, again = secrets_on(said(client.post(address, {"act": "renew"})))
    assert again == old != new
    test = {"act": "test", "of": "desk", "page": "own"}
    client.post("/notices/channels/act", test)
    for secret in (old, new):
        Webhook(secret).verify(receiver.requests[-1].body, dict(receiver.requests[-1].headers))
    client.post(address, {"act": "end"})
    client.post("/notices/channels/act", test)
    Webhook(new).verify(receiver.requests[-1].body, dict(receiver.requests[-1].headers))
    assert " " not in receiver.requests[-1].headers["webhook-signature"]
    assert AuditEntry.objects.filter(action="channel.secret").count() == 3
    assert client.post(address, {"act": "burn"}).status_code == 404


def test_who_has_a_password_says_it_again_to_see_a_secret_later(receiver):
    person = person_with("admin", "a careful admin")
    person.set_password(PASSWORD)
    person.save()
    careful = signed_in(person)
    careful.post(f"{NEW}/webhook/", webhook(receiver))
    address = "/notices/channels/desk/secret"
    # Once without a question, for whoever has just made it.
    shown = careful.post(address, {"act": "show"})
    assert "no-store" in shown.headers["Cache-Control"]
    (secret,) = secrets_on(said(shown))
    asked = careful.post(address, {"act": "show"})
    assert asked.url == "/account/again/?next=%2Fnotices%2Fchannels%2Fdesk%2F"
    careful.post(asked.url, {"password": PASSWORD, "next": "/notices/channels/desk/"})
    assert secrets_on(said(careful.post(address, {"act": "show"}))) == [secret]


def test_a_removal_names_its_effect_and_takes_all_of_it(client, tmp_path):
    at = utc_now() - timedelta(hours=1)
    add_channel("desk", kind="log", options={}, topics=None, at=at)
    add_subscription(Wish("desk", topics=["signal.published"], digest_minutes=600), at=at)
    raise_notices([Told("signal.published", f"s{n}", SIGNAL) for n in range(3)], at=utc_now())
    deliver_due(at=utc_now() + timedelta(seconds=1))
    client.post("/notices/channels/act", {"act": "test", "of": "desk"})
    page = said(client.get("/notices/channels/desk/"))
    assert "With it go 1 subscription, 3 notices that wait and 1 message of its log." in page
    answer = client.post("/notices/channels/desk/remove", follow=True)
    assert "The channel desk is removed." in said(answer)
    assert not any(model.objects.exists() for model in (Channel, Subscription, Sending))


def test_a_channel_that_fails_says_so_where_it_is_tried(client, receiver):
    client.post(f"{NEW}/webhook/", webhook(receiver, **{"option-url": "http://127.0.0.1:9/hook"}))
    client.post("/notices/channels/act", {"act": "test", "of": "desk", "page": "own"})
    page = said(client.get("/notices/channels/desk/"))
    assert "desk did not take the test notice: 127.0.0.1:9 was not reached" in page


def test_a_channel_has_the_same_number_of_questions_however_much_it_has(
    client, django_assert_max_num_queries
):
    at = utc_now() - timedelta(hours=1)
    add_channel("desk", kind="log", options={}, topics=None, at=at)
    for most in (1, 15):
        for number in range(most):
            add_channel(f"more{most}x{number}", kind="log", options={}, topics=[], at=at)
            add_subscription(Wish("desk", topics=["signal.published"]), at=at)
        with django_assert_max_num_queries(18):
            client.get("/notices/channels/desk/")
    with django_assert_max_num_queries(10):
        client.get(NEW)
    with django_assert_max_num_queries(10):
        client.get(f"{NEW}/webhook/")


def test_an_analyst_sees_no_way_to_add_one(as_role):
    analyst = as_role("analyst")
    assert "An operator adds channels here" in said(analyst.get("/notices/channels/"))
    assert NEW not in said(analyst.get("/notices/channels/"))
