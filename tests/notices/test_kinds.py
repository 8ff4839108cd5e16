"""What must hold for every kind of channel: one list of checks, applied to all by registration."""

import json
from dataclasses import dataclass

import pytest

from benchmarks.drills.parts.receiver import Reply
from heliograph.notices.channels import KINDS
from heliograph.notices.channels.apprise.messengers import SERVICES
from heliograph.notices.errors import BadChannel, NotSent
from heliograph.notices.message import Message
from tests.notices.conftest import SECRET
from tests.notices.mail_server import mail_server
from tests.notices.test_webhook import AT

HIDDEN = "hush-hush-1234567"
MESSAGE = Message("test", "channel:x", {"text": "hello"}, AT)


@dataclass
class Sample:
    """A channel of a kind that works, and how many messages have arrived there."""

    options: dict
    arrived: object


@pytest.fixture
def samples(receiver, tmp_path, monkeypatch):
    """One of each kind."""
    monkeypatch.setenv("HIDDEN", HIDDEN)
    receiver.reply = lambda request: Reply(200, body=b"{}")
    path = tmp_path / "notices.jsonl"
    path.touch()
    with mail_server() as mail:
        post = {
            "host": "127.0.0.1",
            "port": mail.port,
            "tls": "none",
            "sender": "a@b.example",
            "to": ["c@d.example"],
            "allow_private": ["127.0.0.1"],
        }
        gotify = {
            "service": "gotify",
            "server": receiver.url(""),
            "token_env": "HIDDEN",
            "allow_private": ["127.0.0.1"],
        }
        count = lambda: len(receiver.requests)  # noqa: E731
        yield {
            "apprise": Sample(gotify, count),
            "email": Sample(post, lambda: len(mail.letters)),
            "log": Sample({"file": str(path)}, lambda: len(path.read_text().splitlines())),
            "webhook": Sample(receiver.options("/hook?key=" + HIDDEN), count),
        }


def check_is_sent(kind, sample):
    kind.check(sample.options)
    kind.send(MESSAGE, sample.options, at=AT)
    kind.send(MESSAGE, sample.options, at=AT)
    assert sample.arrived() == 2


def check_options_are_kept_as_json(kind, sample):
    stored = json.loads(json.dumps(sample.options))
    kind.check(stored)
    kind.send(MESSAGE, stored, at=AT)
    assert sample.arrived() == 1


def check_strange_options_are_refused_by_name(kind, sample):
    with pytest.raises(BadChannel, match="colour"):
        kind.check({**sample.options, "colour": "red"})


def check_no_options_are_no_channel_but_the_log(kind, sample):
    if kind is KINDS["log"]:
        kind.check({})
        return
    with pytest.raises(BadChannel):
        kind.check({})
    with pytest.raises(NotSent):
        kind.send(MESSAGE, {}, at=AT)


def check_wrong_types_are_refused_in_a_sentence(kind, sample):
    said = []
    for name in sample.options:
        for wrong in (None, 7.5, {"a": 1}, [[]], True):
            try:
                kind.check({**sample.options, name: wrong})
            except BadChannel as fault:
                said.append(str(fault))
    assert [sentence for sentence in said if not sentence.endswith(".")] == []


def check_where_it_goes_is_said_without_secrets(kind, sample):
    said = kind.where(sample.options)
    assert said
    assert HIDDEN not in said
    assert SECRET not in said
    assert kind.where({}) is not None


def check_what_does_not_answer_is_not_sent(kind, sample):
    if kind is KINDS["log"]:
        gone = {"file": "/no/such/folder/x"}
    else:
        gone = {**sample.options, "port": 1, "url": "http://127.0.0.1:1/", "server": "http://127.0.0.1:1"}
        gone = {name: gone[name] for name in sample.options}
    with pytest.raises(NotSent) as caught:
        kind.send(MESSAGE, gone, at=AT)
    assert HIDDEN not in str(caught.value)
    assert sample.arrived() == 0


def check_how_many_people_can_read_is_said(kind, sample):
    assert kind.per_minute is None or 0 < kind.per_minute <= 60


CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", sorted(KINDS))
def test_kind(samples, name, check):
    check(KINDS[name], samples[name])


def test_every_kind_has_a_sample(samples):
    assert samples.keys() == KINDS.keys()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_says_what_it_needs(name):
    with pytest.raises(BadChannel, match=f"A channel to {name} needs more: --"):
        KINDS["apprise"].check({"service": name})
