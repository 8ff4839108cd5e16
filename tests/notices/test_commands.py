"""The commands of channels and notices."""

import json
import logging

import pytest

from benchmarks.drills.parts.receiver import Reply
from heliograph.kit.clock import utc_now
from heliograph.notices.deliver import deliver_due
from tests.cli.conftest import heliograph, refused

__all__ = ["heliograph"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def add(heliograph, receiver):
    """Adds a webhook to the receiver by the command."""

    def call(name="desk", *more):
        words = ("--kind", "webhook", "--url", receiver.url(), "--secret-env", "HOOK_SECRET")
        return heliograph("channel", "add", name, *words, "--allow-private", "127.0.0.1", *more)

    return call


def read(answer):
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)


def test_a_channel_is_added_tried_listed_switched_and_removed(heliograph, receiver, add):
    answer = add("desk", "--topics", "signal.*")
    assert (answer.code, answer.out) == (0, f"desk is stored: notices go to {receiver.url()} from now on.\n")
    tried = heliograph("channel", "test", "desk")
    assert (tried.code, tried.out) == (0, f"desk took the test notice {receiver.ids[0]}.\n")
    assert read(heliograph("channel", "disable", "desk", "--json")) == {"channel": "desk", "enabled": False}
    assert "disabled" in heliograph("channel", "list").out
    assert heliograph("channel", "enable", "desk").out == "desk is enabled.\n"
    assert read(heliograph("channel", "list", "--json")) == [
        {
            "name": "desk",
            "kind": "webhook",
            "where": receiver.url(),
            "audience": "",
            "topics": ["signal.*"],
            "enabled": True,
            "reason": "",
            "sent": 0,
            "pending": 0,
            "failed": 0,
            "failures": 0,
            "error": "",
            "last_sent_at": None,
            "rests_until": None,
        }
    ]
    assert heliograph("channel", "remove", "desk").out == "desk is removed.\n"
    assert heliograph("channel", "list").err == "No channels yet; `heliograph channel add` adds one.\n"


def test_notices_are_listed_with_their_ways_and_sent_again(heliograph, receiver, add, tell):
    assert heliograph("notices", "list").err == "No notices yet; live strategies raise them.\n"
    add()
    receiver.reply = lambda request: Reply(410)
    tell("signal:1")
    deliver_due(at=utc_now())

    (item,) = read(heliograph("notices", "list", "--failed", "--json"))
    (way,) = item["ways"]
    assert (item["subject"], item["payload"], way["state"], way["error"]) == (
        "signal:1",
        {"close": 1.5},
        "failed",
        "It answered 410 Gone: it wants no more notices.",
    )
    assert "signal:1" in heliograph("notices", "list", "--failed").out
    assert "disabled: It answered 410" in heliograph("channel", "list").out

    receiver.reply = lambda request: Reply(200)
    heliograph("channel", "enable", "desk")
    assert heliograph("notices", "replay", "--channel", "desk").out == "1 notice will be sent again.\n"
    assert deliver_due(at=utc_now()).sent == 1
    assert heliograph("notices", "list", "--failed").err == "No notices failed.\n"
    assert read(heliograph("notices", "replay", "--all", "--json")) == {"replayed": 0}


def test_a_notice_that_no_channel_wants_is_shown_as_such(heliograph, tell):
    tell("signal:1")
    assert "no channel wants it" in heliograph("notices", "list").out


def test_the_log_channel_writes_lines(heliograph, tell, tmp_path, caplog):
    path = tmp_path / "notices.jsonl"
    heliograph("channel", "add", "audit", "--kind", "log", "--file", path)
    tell("signal:1", "signal:2")
    with caplog.at_level(logging.INFO, "heliograph.notices"):
        deliver_due(at=utc_now())
    lines = path.read_text().splitlines()
    assert [json.loads(line)["data"] for line in lines] == [
        {"subject": "signal:1", "close": 1.5},
        {"subject": "signal:2", "close": 1.5},
    ]
    assert [record.getMessage() for record in caplog.records] == [f"notice {line}" for line in lines]
    assert heliograph("channel", "list", "--json").out.count(str(path)) == 1


def test_a_file_that_cannot_be_written_later_is_tried_again(heliograph, tell, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    heliograph("channel", "add", "audit", "--kind", "log", "--file", folder / "notices.jsonl")
    folder.rmdir()
    tell("signal:1")
    assert deliver_due(at=utc_now()).postponed == 1
    assert "No such file or directory" in heliograph("notices", "list", "--json").out


WRONG = [
    (["add", "x", "--kind", "pigeon"], "Invalid value for '--kind': 'pigeon'"),
    (["add", "x", "--kind", "webhook"], "A webhook needs the address that it goes to: --url https://..."),
    (["add", "a b", "--kind", "log"], "'a b': a name has up to 64 letters"),
    (["add", "x", "--kind", "log", "--topics", "Signal!"], "'Signal!' is no topic"),
    (["add", "x", "--kind", "log", "--url", "https://a.com"], "of kind log takes --file alone, not url."),
    (["add", "x", "--kind", "log", "--file", "here.log"], "here.log: name the file with its whole path"),
    (["add", "x", "--kind", "log", "--file", "/no/such/x"], "/no/such/x cannot be written by this user"),
    (["add", "known", "--kind", "log"], "There is a channel 'known' already; remove it"),
    (["test", "unknown"], "There is no channel 'unknown'; there are known."),
    (["remove", "unknown"], "There is no channel 'unknown'"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG)
def test_wrong_channels_are_refused_in_a_sentence(heliograph, words, sentence):
    heliograph("channel", "add", "known", "--kind", "log")
    assert sentence in refused(heliograph("channel", *words))


def test_a_channel_that_does_not_answer_is_said_so(heliograph, receiver, add):
    add()
    receiver.reply = lambda request: Reply(500)
    answer = heliograph("channel", "test", "desk")
    assert (answer.code, answer.out, answer.err) == (3, "", "It answered 500 Internal Server Error.\n")


@pytest.mark.parametrize("words", [[], ["3", "--all"], ["3", "--channel", "desk"]])
def test_what_to_send_again_must_be_said(heliograph, words):
    said = refused(heliograph("notices", "replay", *words))
    assert said == "Name a delivery, or what failed by --notice, --channel or --since, or say --all."


def test_a_notice_that_is_not_there_is_said_so(heliograph):
    said = refused(heliograph("notices", "replay", "--notice", "99"))
    assert said == "There is no notice 99; `heliograph notices list` shows them."
    said = refused(heliograph("notices", "replay", "99"))
    assert said == "There is no delivery 99; `heliograph notices log` shows them."
