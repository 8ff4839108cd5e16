"""Messages for people reach the services that Apprise knows, through our guard and by no other way."""

import inspect
import json
import sys
from pathlib import Path

import apprise
import pytest
import requests
from apprise.manager_plugins import NotificationManager

from benchmarks.drills.parts.receiver import Reply
from heliograph.notices.channels.apprise.allowed import FILES, SCHEMAS
from heliograph.notices.channels.apprise.channel import APPRISE
from heliograph.notices.channels.apprise.messengers import SERVICES
from heliograph.notices.channels.cut import CUT, cut
from heliograph.notices.errors import BadChannel, ChannelGone, NoticeRefused, NotSent
from heliograph.notices.message import Message
from heliograph.notices.pictures import _draws, draw_with
from tests.notices.test_webhook import AT

TOKEN = "Aabcdefghijklmn"
DATA = {
    "strategy": "Busy",
    "version": 1,
    "venue": "file",
    "symbol": "BTC/USDT",
    "timeframe": "1h",
    "side": "long",
    "bar_time": "2026-01-01T23:00:00Z",
    "close": 100.0,
    "stop": 95.0,
    "targets": [110.0],
    "confidence": 0.5,
    "reward_risk": 2.0,
}
MESSAGE = Message("signal.published", "signal:1", DATA, AT)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("TOKEN", TOKEN)


def options(receiver, service, **more):
    server = (
        {"server": receiver.url("")} if "server" in (*SERVICES[service].needs, *SERVICES[service].may) else {}
    )
    return {"service": service, "allow_private": ["127.0.0.1"]} | server | more


TAKEN = Reply(200, body=b"{}")


def send(given, message=MESSAGE):
    APPRISE.send(message, given, at=AT)


def refusal(given, kind=NotSent):
    with pytest.raises(kind) as caught:
        send(given)
    return str(caught.value)


def wrong(given):
    with pytest.raises(BadChannel) as caught:
        APPRISE.check(given)
    return str(caught.value)


def test_ntfy_gets_title_and_text(receiver):
    receiver.reply = lambda request: TAKEN
    send(options(receiver, "ntfy", to="signals", token_env="TOKEN"))
    (request,) = receiver.requests
    told = json.loads(request.body)
    assert (told["topic"], told["title"], told["message"]) == ("signals", MESSAGE.title, MESSAGE.text)
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


def test_gotify_gets_title_and_text(receiver):
    receiver.reply = lambda request: TAKEN
    send(options(receiver, "gotify", token_env="TOKEN"))
    (request,) = receiver.requests
    told = json.loads(request.body)
    assert (request.path, told["title"], told["message"]) == ("/message", MESSAGE.title, MESSAGE.text)
    assert request.headers["x-gotify-key"] == TOKEN


def test_mattermost_has_no_titles_so_the_text_begins_with_it(receiver, monkeypatch):
    receiver.reply = lambda request: TAKEN
    monkeypatch.setenv("HOOK", receiver.url("/hooks/3ccdd113474722377935511fc85d3dd4"))
    send(options(receiver, "mattermost", url_env="HOOK"))
    (request,) = receiver.requests
    assert request.path == "/hooks/3ccdd113474722377935511fc85d3dd4"
    assert json.loads(request.body)["text"] == f"{MESSAGE.title}\n{MESSAGE.text}"


def test_rocketchat_is_reached_at_its_hook(receiver, monkeypatch):
    receiver.reply = lambda request: TAKEN
    monkeypatch.setenv("HOOK", receiver.url("/hooks/abcdefgh12345678/zzzzzzzz1234"))
    send(options(receiver, "rocketchat", url_env="HOOK"))
    assert receiver.requests[0].path == "/hooks/abcdefgh12345678/zzzzzzzz1234"
    assert MESSAGE.text in json.loads(receiver.requests[0].body)["text"]


def test_matrix_finds_the_room_and_sends_into_it(receiver):
    def reply(request):
        if request.path.endswith("/whoami"):
            return Reply(200, body=b'{"user_id": "@me:example.org", "device_id": "A"}')
        return Reply(200, body=b'{"room_id": "!room:example.org", "event_id": "$1", "joined_rooms": []}')

    receiver.reply = reply
    send(options(receiver, "matrix", token_env="TOKEN", to="!room:example.org"))
    last = receiver.requests[-1]
    assert "/send/m.room.message/" in last.path
    assert MESSAGE.text.splitlines()[0] in json.loads(last.body)["body"]
    assert {request.headers["authorization"] for request in receiver.requests} == {f"Bearer {TOKEN}"}


def test_signal_messages_go_from_the_number_to_the_other(receiver):
    receiver.reply = lambda request: Reply(201, body=b"{}")
    send(options(receiver, "signal", user="+15551234567", to="+15557654321"))
    told = json.loads(receiver.requests[0].body)
    assert (told["number"], told["recipients"]) == ("+15551234567", ["+15557654321"])


def test_a_picture_goes_with_it_where_the_service_takes_one(receiver):
    receiver.reply = lambda request: TAKEN if request.path == "/message" else Reply(201, body=b"{}")
    draw = lambda message: PICTURE if message.topic == "signal.published" else None  # noqa: E731
    draw_with(draw)
    try:
        send(options(receiver, "signal", user="+15551234567", to="+15557654321", picture=True))
        send(options(receiver, "signal", user="+15551234567", to="+15557654321"))
        send(options(receiver, "gotify", token_env="TOKEN", picture=True))
    finally:
        _draws.remove(draw)
    with_picture, without, gotify = (json.loads(request.body) for request in receiver.requests)
    assert len(with_picture["base64_attachments"]) == 1
    assert "base64_attachments" not in without
    assert gotify["message"] == MESSAGE.text


@pytest.mark.parametrize(
    ("reply", "kind", "sentence"),
    [
        (Reply(500), NotSent, "It answered 500 Internal Server Error."),
        (Reply(401, body=b"{}"), NotSent, "It answered 401 Unauthorized."),
        (Reply(410), ChannelGone, "It answered 410 Gone: it wants no more notices."),
        (Reply(413, body=b"too long"), NoticeRefused, "It answered 413 Request Entity Too Large: too long"),
        (Reply(302, {"Location": "http://127.0.0.1:1/"}), NotSent, "redirects are not followed"),
    ],
)
def test_what_a_service_answers_means_the_same_as_from_a_webhook(receiver, reply, kind, sentence):
    receiver.reply = lambda request: reply
    assert sentence in refusal(options(receiver, "gotify", token_env="TOKEN"), kind)
    assert len(receiver.requests) == 1


def test_a_service_that_asks_for_rest_gets_it(receiver):
    receiver.reply = lambda request: Reply(429, {"Retry-After": "30"})
    with pytest.raises(NotSent) as caught:
        send(options(receiver, "ntfy", to="signals"))
    assert caught.value.after == 30.0


def test_a_connection_that_is_torn_is_said_so(receiver):
    receiver.reply = lambda request: Reply(resets=True)
    assert "did not answer" in refusal(options(receiver, "gotify", token_env="TOKEN"))


def test_a_service_inside_is_not_reached_unless_the_channel_names_it(receiver):
    said = refusal(
        {"service": "gotify", "server": f"https://127.0.0.1:{receiver.port}", "token_env": "TOKEN"}
    )
    assert "127.0.0.1 is at 127.0.0.1, which is not public" in said
    assert receiver.requests == []


def test_proxies_of_the_environment_are_not_used(receiver, monkeypatch):
    receiver.reply = lambda request: TAKEN
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    send(options(receiver, "gotify", token_env="TOKEN"))
    assert len(receiver.requests) == 1


def test_outside_a_sending_the_library_is_as_always(receiver):
    receiver.reply = lambda request: TAKEN
    send(options(receiver, "gotify", token_env="TOKEN"))
    answer = requests.post(receiver.url("/plain"), data=b"x", timeout=5)
    assert (answer.status_code, receiver.requests[-1].path) == (200, "/plain")
    assert "https://" in requests.Session().adapters


def test_a_text_that_is_too_long_is_cut_with_a_sentence():
    text = "\n".join(f"line {number}" for number in range(100))
    short = cut(text, 100)
    assert len(short) <= 100
    assert short.endswith(f"\n{CUT}")
    assert text.startswith(short.removesuffix(f"\n{CUT}") + "\n")
    assert cut(text, len(text)) == text


def test_a_text_for_pushover_fits_it():
    from heliograph.notices.channels.apprise.channel import _fitted

    plugin = apprise.Apprise.instantiate(f"pover://{'u' * 30}@{'t' * 30}")
    payload = {"text": "\n".join(["a line of some length"] * 200)}
    title, body = _fitted(Message("test", "x", payload, AT), plugin)
    assert len(title) + len(body) + 2 <= 1024


BAD = [
    ({"service": "telegram"}, "A channel to telegram needs more: --token-env names"),
    ({"service": "telegram", "token_env": "TOKEN"}, "--to says where to"),
    ({"service": "telegram", "token_env": "TOKEN", "to": "a chat"}, "'a chat' is no chat of Telegram"),
    ({"service": "telegram", "token_env": "TOKEN", "to": ["1", "2"]}, "goes to one place: give --to once"),
    ({"service": "telegram", "token_env": "TOKEN", "to": "1"}, "is not what telegram gives out"),
    ({"service": "telegram", "token_env": "UNSET", "to": "1"}, "UNSET is not set in the environment"),
    ({"service": "telegram", "token_env": "1:abc", "to": "1"}, "is no name of an environment variable"),
    ({"service": "gotify", "server": "http://g.example.com", "token_env": "TOKEN"}, "is not encrypted"),
    ({"service": "gotify", "server": "https://u:p@g.example.com", "token_env": "TOKEN"}, "Leave user and"),
    (
        {"service": "gotify", "server": "https://g.example.com", "token_env": "TOKEN", "to": "x"},
        "not take to",
    ),
    ({"service": "pigeon"}, "There is no service 'pigeon'; there are discord, "),
    ({"service": "discord", "url_env": "TOKEN"}, "TOKEN holds no web address"),
    ({}, "Name a service, such as telegram"),
]


@pytest.mark.parametrize(("given", "sentence"), BAD)
def test_what_a_service_cannot_use_is_refused_in_a_sentence(given, sentence):
    assert sentence in wrong(given)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "json://example.com/",
        "xmls://example.com/",
        "form://127.0.0.1/",
        "syslog://",
        "rsyslog://10.0.0.1/",
        "dbus://",
        "macosx://",
        "mailto://user:pass@example.com",
        "apprise://127.0.0.1/token",
        "mqtt://127.0.0.1/topic",
        "irc://127.0.0.1/",
        "nostr://key@relay",
        "growl://127.0.0.1",
        "TGRAMX://1/2",
        "https://example.com/hook",
    ],
)
def test_urls_that_do_more_than_send_web_requests_to_a_service_are_refused(monkeypatch, url):
    monkeypatch.setenv("ANY_URL", url)
    assert "which channels do not take" in wrong({"url_env": "ANY_URL"})


@pytest.mark.parametrize("name", sorted(FILES))
def test_parameters_that_name_files_are_refused(monkeypatch, name):
    monkeypatch.setenv("ANY_URL", f"tgram://123456789:{'a' * 32}/1?{name}=/etc/passwd")
    assert f"leave out {name}" in wrong({"url_env": "ANY_URL"})


def test_any_other_service_goes_by_its_url(receiver, monkeypatch):
    receiver.reply = lambda request: TAKEN
    monkeypatch.setenv("ANY_URL", f"gotify://127.0.0.1:{receiver.port}/{TOKEN}")
    given = {"url_env": "ANY_URL", "allow_private": ["127.0.0.1"]}
    APPRISE.check(given)
    send(given)
    assert json.loads(receiver.requests[0].body)["title"] == MESSAGE.title
    assert APPRISE.where(given) == "apprise the address in ANY_URL"


def _sources(sender):
    """All code of a sender of Apprise."""
    path = Path(inspect.getsourcefile(sender))
    return [path] if path.parent.name == "plugins" else sorted(path.parent.rglob("*.py"))


@pytest.mark.parametrize("schema", sorted(SCHEMAS))
def test_each_service_that_is_taken_talks_by_requests_alone(schema):
    """A sender with sockets or programs of its own would go around the guard."""
    manager = NotificationManager()
    manager.load_modules()
    sender = manager[schema]
    source = "\n".join(path.read_text() for path in _sources(sender))
    assert "requests." in source
    for word in (
        "import socket",
        "smtplib",
        "subprocess",
        "websocket",
        "os.system",
        "requests.Session",
        "httpx",
    ):
        assert word not in source, word
    reads = {word for word in ("self.template.add(", "self.keyfile.add(") if word in source}
    assert reads <= {"self.template.add("}
    assert sys.modules[sender.__module__].requests is requests
