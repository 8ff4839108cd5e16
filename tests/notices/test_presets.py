"""What webhooks post for programs that know other forms than ours."""

import json
from urllib.parse import parse_qs

import pytest
from standardwebhooks import Webhook

from heliograph.notices.channels.webhook.channel import WEBHOOK
from heliograph.notices.channels.webhook.fields import FIELDS, fields_of
from heliograph.notices.channels.webhook.template import fill, fill_json
from heliograph.notices.errors import BadChannel, NotSent
from heliograph.notices.message import Message
from tests.notices.test_apprise import DATA
from tests.notices.test_webhook import AT

OUTCOME = {
    "state": "settled",
    "entry_time": "2026-01-02T00:00:00Z",
    "entry_price": 101.0,
    "exit_time": "2026-01-02T05:00:00Z",
    "exit_price": 110.0,
    "exit_reason": "target",
    "r": 1.5,
    "return_pct": 8.7,
    "bars_held": 5,
}
PUBLISHED = Message("signal.published", "signal:1", DATA, AT)
SETTLED = Message("signal.settled", "signal:1", DATA | {"outcome": OUTCOME}, AT)
STALE = Message("data.stale", "data:1", {"text": "No candles of BTC/USDT come any more."}, AT)


def posted(receiver, message, **more):
    """What arrives of a message: type and body."""
    given = {"url": receiver.url(), "allow_private": ["127.0.0.1"]} | more
    WEBHOOK.check(given)
    WEBHOOK.send(message, given, at=AT)
    request = receiver.requests[-1]
    return request.headers["content-type"], request.body


def wrong(**given):
    with pytest.raises(BadChannel) as caught:
        WEBHOOK.check({"url": "https://example.com/x", **given})
    return str(caught.value)


def test_freqtrades_own_form_is_the_default_of_its_preset(receiver):
    kind, body = posted(receiver, PUBLISHED, preset="freqtrade")
    assert kind == "application/x-www-form-urlencoded"
    assert parse_qs(body) == {
        "value1": ["long BTC/USDT"],
        "value2": ["limit 100.00000000, stop 95.00000000"],
        "value3": ["Busy 1h"],
    }
    assert parse_qs(posted(receiver, SETTLED, preset="freqtrade")[1]) == {
        "value1": ["closed long BTC/USDT"],
        "value2": ["at 110.00000000 by target"],
        "value3": ["profit 0.0870"],
    }
    assert parse_qs(posted(receiver, STALE, preset="freqtrade")[1])["value1"] == [STALE.title]


def test_a_template_of_ones_own_is_filled_with_named_fields(receiver):
    template = json.dumps(
        {
            "pair": "{pair}",
            "price": "{open_rate}",
            "text": "{{{side}}} at {open_rate:.2f}",
            "n": [1, "{stop}"],
        }
    )
    kind, body = posted(receiver, PUBLISHED, preset="freqtrade", format="json", template=template)
    assert kind == "application/json"
    assert json.loads(body) == {
        "pair": "BTC/USDT",
        "price": 100.0,
        "text": "{long} at 100.00",
        "n": [1, 95.0],
    }


def test_each_occasion_may_have_a_template_and_one_without_is_not_sent(receiver):
    template = '{"entry": {"a": "{pair}"}}'
    assert posted(receiver, PUBLISHED, preset="freqtrade", format="json", template=template)[1] == (
        '{"a":"BTC/USDT"}'
    )
    posted(receiver, SETTLED, preset="freqtrade", format="json", template=template)
    assert len(receiver.requests) == 1


def test_raw_sends_the_text_alone(receiver):
    sent = posted(
        receiver, PUBLISHED, preset="freqtrade", format="raw", template='{"data": "{side} {ticker}"}'
    )
    assert sent == ("text/plain; charset=utf-8", "long BTCUSDT")


def test_discord_gets_markdown_that_rings_for_nobody(receiver):
    kind, body = posted(receiver, PUBLISHED, preset="discord")
    assert kind == "application/json"
    assert json.loads(body) == {"content": PUBLISHED.markdown, "allowed_mentions": {"parse": []}}
    long = Message("test", "x", {"text": "\n".join(["a line of some length"] * 500)}, AT)
    assert len(json.loads(posted(receiver, long, preset="discord")[1])["content"]) <= 2_000


def test_slack_gets_text_in_which_nothing_is_markup(receiver):
    message = Message("test", "x", {"text": "a <!channel> & b"}, AT)
    text = json.loads(posted(receiver, message, preset="slack")[1])["text"]
    assert "<!channel>" not in text
    assert "&lt;!channel&gt; &amp; b" in text


def test_tradingviews_form_is_a_line_of_text(receiver):
    kind, body = posted(receiver, PUBLISHED, preset="tradingview")
    assert kind.startswith("text/plain")
    assert body == f"buy file:BTCUSDT price=100.0 stop=95.0 target=110.0 id={PUBLISHED.id}"


def test_other_forms_are_signed_where_a_secret_is_named(receiver, secret):
    posted(receiver, PUBLISHED, preset="slack")
    assert "webhook-signature" not in receiver.requests[-1].headers
    posted(receiver, PUBLISHED, preset="slack", secret_env="HOOK_SECRET")
    request = receiver.requests[-1]
    expected = Webhook(secret).sign(PUBLISHED.id, AT, request.body)
    assert request.headers["webhook-signature"] == expected


def test_an_address_that_is_a_secret_is_named_and_not_stored(receiver, monkeypatch):
    monkeypatch.setenv("HOOK_URL", receiver.url("/services/secret"))
    given = {"url_env": "HOOK_URL", "preset": "slack", "allow_private": ["127.0.0.1"]}
    WEBHOOK.check(given)
    WEBHOOK.send(PUBLISHED, given, at=AT)
    assert receiver.requests[0].path == "/services/secret"
    assert WEBHOOK.where(given) == "the address in HOOK_URL"
    monkeypatch.delenv("HOOK_URL")
    with pytest.raises(NotSent, match="HOOK_URL is not set"):
        WEBHOOK.send(PUBLISHED, given, at=AT)


def test_every_field_has_a_value_or_none():
    assert list(fields_of(SETTLED)) == list(FIELDS)
    known = {name: value for name, value in fields_of(SETTLED).items() if value is not None}
    assert known["profit_ratio"] == pytest.approx(0.087)
    assert (known["gain"], known["close_rate"], known["open_rate"]) == ("profit", 110.0, 101.0)
    assert fields_of(STALE)["pair"] is None


def test_what_is_unknown_is_a_dash_in_text_and_null_alone():
    values = fields_of(STALE)
    assert fill("{pair} {stop:.2f}", values) == "– –"
    assert fill_json({"pair": "{pair}", "text": "a {pair}"}, values) == {"pair": None, "text": "a –"}


@pytest.mark.parametrize(
    "text",
    [
        "{pair.__class__}",
        "{pair[0]}",
        "{0}",
        "{}",
        "{pair!r}",
        "{pair:>{stop}}",
        "{ pair }",
        "{pair:s}",
        "{",
        "}",
    ],
)
def test_nothing_but_named_fields_is_taken(text):
    """str.format on a user's text would let it read what it is not meant to."""
    said = wrong(preset="freqtrade", template=json.dumps({"a": text}))
    assert said.startswith(("The template has a lone", "The template names"))


WRONG = [
    ({"preset": "morse"}, "There is no preset 'morse'; there are standard, freqtrade,"),
    ({"preset": "slack", "template": "{}"}, "The preset slack takes no template"),
    ({"preset": "slack", "format": "json"}, "takes no --format"),
    ({"preset": "freqtrade", "format": "yaml"}, "There is no format 'yaml'; there are form, json and raw."),
    ({"preset": "freqtrade", "template": "{"}, "The template is no JSON"),
    ({"preset": "freqtrade", "template": "[1]"}, "The template must be a JSON object"),
    (
        {"preset": "freqtrade", "template": '{"a": "{piar}"}'},
        "names {piar}, which there is not. Did you mean {pair}? There are {strategy}, {version}, ",
    ),
    ({"preset": "tradingview", "template": "{color}"}, "names {color}, which there is not."),
    ({"preset": "tradingview", "template": "x" * 10_001}, "A template has at most 10,000 letters."),
    ({"preset": "freqtrade", "template": "[" * 100_000}, "The template is no JSON"),
    ({}, "A webhook is signed: --secret-env names"),
    ({"url_env": "X", "preset": "slack"}, "by --url or by --url-env, not by both"),
]


@pytest.mark.parametrize(("given", "sentence"), WRONG)
def test_what_cannot_be_used_is_refused_in_a_sentence(given, sentence):
    assert sentence in wrong(**given)
