"""Lines that programs read, with the ids of what was worked on and without secrets."""

import json
import logging
import sys

import pytest

from heliograph.kit.logs import Hiding, JsonLines, TextLines, noted

SECRET = "Zq8/vN3+kT7x"


def record(message, *arguments, exc_info=None):
    return logging.LogRecord("heliograph.web", logging.ERROR, __file__, 1, message, arguments, exc_info)


def test_a_line_is_one_object_with_ids_and_the_exception_inside():
    try:
        raise ValueError("cannot reach redis://:pw@cache/0\nat all")
    except ValueError:
        broken = record("signal %d\nfailed", 7, exc_info=sys.exc_info())

    with noted(request_id="r-12345678", signal_id=7):
        line = JsonLines().format(broken)

    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "heliograph.web", "signal 7\nfailed")
    assert (told["request_id"], told["signal_id"]) == ("r-12345678", "7")
    assert told["exception"].endswith("ValueError: cannot reach redis://:[hidden]@cache/0\nat all")


def test_ids_end_with_their_block():
    with noted(task_id="t"), noted(signal_id=7):
        pass
    assert "task_id" not in json.loads(JsonLines().format(record("after")))


@pytest.mark.parametrize("lines", [JsonLines, TextLines])
def test_what_a_secret_holds_is_hidden_wherever_it_stands(lines):
    line = lines([SECRET]).format(record("%s and %s", SECRET, {"quoted": "Zq8%2FvN3%2BkT7x"}))

    assert "kT7x" not in line
    assert line.count("[hidden]") == 2


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("postgres://ann:p%40ssword@db/x", "postgres://ann:[hidden]@db/x"),
        ("sentinels://:pw@one:26379,two:26379/0", "sentinels://:[hidden]@one:26379,two:26379/0"),
        ("https://signals.example.com:8443/a@b", "https://signals.example.com:8443/a@b"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"),
        ("{'authorization': 'Basic YTpi'}", "{'authorization': 'Basic [hidden]'}"),
        ("(b'authorization', b'Bearer abc.def')", "(b'authorization', b'Bearer [hidden]')"),
        ("Cookie: sessionid=abc; csrftoken=def", "Cookie: [hidden]"),
        ("GET /x?page=2&token=abc&z=1", "GET /x?page=2&token=[hidden]&z=1"),
        ("GET /x?access_token=abc", "GET /x?access_token=[hidden]"),
        ('{"secret": "abc", "side": "long"}', '{"secret": "[hidden]", "side": "long"}'),
        ("GET /account/enter/AbCdEfGhIjKl HTTP", "GET /account/enter/AbCd… HTTP"),
        ("hg_0123abcd_the-rest", "hg_0123abcd_…"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_[hidden]"),
        ("https://api.telegram.org/bot12345:AAE-x/send", "https://api.telegram.org/bot12345:[hidden]/send"),
        ("the key = 5 of the code: 12 bars", "the key = 5 of the code: 12 bars"),
        ("key of BTC/USDT:USDT at 12:30@venue", "key of BTC/USDT:USDT at 12:30@venue"),
    ],
)
def test_what_looks_like_a_secret_by_where_it_stands_is_hidden(text, hidden):
    assert Hiding()(text) == hidden
