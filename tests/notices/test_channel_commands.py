"""Channels of every kind and service are added by one command."""

import json

import pytest

from heliograph.notices.models import Channel
from tests.cli.conftest import heliograph, refused
from tests.notices.mail_server import mail_server

__all__ = ["heliograph"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def token(monkeypatch):
    monkeypatch.setenv("TG_TOKEN", "123456789:abcdefg_hijklmnop_abcdefghij1234567")


def test_a_messenger_is_added_by_its_name_and_its_secret_is_not_stored(heliograph, token):
    answer = heliograph(
        "channel", "add", "phone", "telegram", "--bot-token-env", "TG_TOKEN", "--chat", "-100123"
    )
    assert (answer.code, answer.out) == (
        0,
        "phone is stored: notices go to telegram -100123 from now on.\n",
    )
    channel = Channel.objects.get()
    assert (channel.kind, channel.options) == (
        "apprise",
        {"service": "telegram", "token_env": "TG_TOKEN", "to": ["-100123"]},
    )
    (item,) = json.loads(heliograph("channel", "list", "--json").out)
    assert (item["kind"], item["where"]) == ("apprise", "telegram -100123")


def test_mail_is_added_and_tried(heliograph):
    with mail_server() as server:
        words = ("--host", "127.0.0.1", "--port", server.port, "--tls", "none", "--from", "a@b.example")
        people = ("--to", "c@d.example", "--to", "e@f.example", "--allow-private", "127.0.0.1")
        assert heliograph("channel", "add", "post", "email", *words, *people).code == 0
        assert heliograph("channel", "test", "post").code == 0
        ((to, letter),) = server.letters
    assert to == ["c@d.example", "e@f.example"]
    assert "This is a test" in letter.get_content()


def test_a_template_is_read_from_a_file(heliograph, receiver, tmp_path):
    path = tmp_path / "entry.json"
    path.write_text('{"entry": {"a": "{pair}"}, "status": {"text": "{title}"}}')
    words = ("webhook", "--url", receiver.url(), "--preset", "freqtrade", "--format", "json")
    assert (
        heliograph("channel", "add", "bot", *words, "--template", path, "--allow-private", "127.0.0.1").code
        == 0
    )
    path.unlink()
    assert heliograph("channel", "test", "bot").code == 0
    assert list(json.loads(receiver.requests[0].body)) == ["text"]


WRONG = [
    (["x"], "Say what the channel is: `heliograph channel add NAME telegram ...`"),
    (["x", "telegram", "--kind", "log"], "Say what the channel is"),
    (["x", "pigeon"], "There is no service 'pigeon'; there are discord, "),
    (["x", "telegram", "--chat", "1"], "--token-env names the environment variable that holds its token"),
    (["x", "telegram", "--token-env", "NOT_SET", "--chat", "1"], "NOT_SET is not set in the environment"),
    (
        ["x", "email", "--host", "mx.example.com", "--from", "a@b.example"],
        "E-mail needs somebody who receives it",
    ),
    (
        ["x", "webhook", "--url", "https://a.com", "--template", "/no/such"],
        "/no/such cannot be read as a template",
    ),
    (["x", "ntfy", "--to", "a", "--file", "/tmp/x"], "A channel of kind ntfy does not take file"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG)
def test_what_cannot_be_is_refused_in_a_sentence(heliograph, words, sentence):
    assert sentence in refused(heliograph("channel", "add", *words))
