"""Messages that people read: hand-written sentences."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from heliograph.notices.message import Message

AT = datetime(2026, 8, 21, 18, 0, 1, tzinfo=UTC)
SIGNAL = {
    "strategy": "momentum",
    "version": 3,
    "venue": "binance",
    "symbol": "BTC/USDT",
    "timeframe": "1h",
    "side": "long",
    "bar_time": "2026-08-21T17:00:00Z",
    "close": 61570.0,
    "stop": 60900.5,
    "targets": [62900.0, 64000.0],
    "confidence": 0.7214,
    "reward_risk": 2.1,
}
ENDED = {
    "state": "settled",
    "r": 0.444,
    "entry_price": 61580.0,
    "exit_price": 62000.0,
    "exit_reason": "target",
    "mae_r": -0.63,
    "mfe_r": 1.2,
    "exit_time": "2026-08-21T20:00:00Z",
}
DAILY = SIGNAL | {"timeframe": "1d", "bar_time": "2025-12-31T00:00:00Z", "close": 0.00000797, "stop": None}

SAID = [
    (
        "signal.published",
        SIGNAL,
        "▲ Long BTC/USDT · momentum v3",
        [
            "Close 61,570.00 · stop 60,900.50 · targets 62,900.00 / 64,000.00",
            "Confidence 0.72 · reward / risk 2.10",
            "binance, 1h bar 21 Aug 17:00 UTC",
        ],
    ),
    (
        "signal.published",
        DAILY | {"side": "short", "targets": [], "confidence": None, "reward_risk": None},
        "▼ Short BTC/USDT · momentum v3",
        [
            "Close 0.00000797 · stop – · target –",
            "Confidence – · reward / risk –",
            "binance, 1d bar 31 Dec 2025",
        ],
    ),
    (
        "signal.settled",
        SIGNAL | {"outcome": ENDED},
        "▲ Long BTC/USDT settled +0.44 R · momentum v3",
        [
            "Entry 61,580.00, left at 62,000.00 by target",
            "Worst −0.63 R, best +1.20 R",
            "binance, 1h bar 21 Aug 17:00 UTC, over 21 Aug 20:00 UTC",
        ],
    ),
    (
        "signal.settled",
        SIGNAL | {"outcome": {"state": "missed"}},
        "▲ Long BTC/USDT missed · momentum v3",
        ["Its entry was never reached.", "binance, 1h bar 21 Aug 17:00 UTC"],
    ),
    (
        "signal.revised",
        SIGNAL | {"outcome": ENDED | {"r": -1.0}, "before": ENDED, "cause": "candles were corrected"},
        "▲ Long BTC/USDT revised: settled +0.44 R, now settled −1.00 R · momentum v3",
        [
            "candles were corrected",
            "The outcome that was told stays as it is; this is what today's candles give.",
            "binance, 1h bar 21 Aug 17:00 UTC",
        ],
    ),
    (
        "data.stale",
        {
            "state": "stale",
            "venue": "kraken",
            "symbol": "ETH/USD",
            "timeframe": "5m",
            "newest": "2026-08-21T17:45:00Z",
            "behind": 1,
        },
        "ETH/USD kraken 5m: data are stale",
        [
            "The newest bar is of 21 Aug 17:45 UTC, 1 bar behind.",
            "Signals wait for data that are fresh; `heliograph coverage` shows what there is.",
        ],
    ),
    (
        "data.stale",
        {
            "state": "fresh",
            "venue": "kraken",
            "timeframe": "5m",
            "since": "2026-08-21T17:00:00Z",
            "until": "2026-08-21T17:59:00Z",
        },
        "kraken 5m: data are fresh again",
        ["They were stale from 21 Aug 17:00 UTC to 21 Aug 17:59 UTC."],
    ),
    (
        "work.parked",
        {
            "state": "parked",
            "title": "momentum v3, binance shard 2",
            "key": "shard:9",
            "error": "OSError: no",
        },
        "Work parked: momentum v3, binance shard 2",
        ["OSError: no", "Nothing is lost. `heliograph work retry shard:9` lets it be tried again."],
    ),
    ("test", {"text": "This is a test."}, "A test from Heliograph", ["This is a test."]),
]


@pytest.mark.parametrize(("topic", "payload", "title", "lines"), SAID)
def test_each_topic_has_its_sentences(topic, payload, title, lines):
    message = Message(topic, "s", payload, AT)
    assert (message.title, message.lines, message.text) == (title, lines, "\n".join(lines))


def test_the_link_leads_to_the_page_where_its_address_is_known():
    message = Message("signal.published", "signal:a@1:x:B/C", SIGNAL, AT, "https://h.example")
    link = "https://h.example/notices/of/?topic=signal.published&subject=signal%3Aa%401%3Ax%3AB%2FC"
    assert (message.link, message.text.splitlines()[-1]) == (link, link)
    assert Message("test", "s", {}, AT, "https://h.example").link == "https://h.example"
    assert Message("signal.published", "s", SIGNAL, AT).link == ""


def test_markdown_says_the_same_and_takes_no_markup_from_names():
    payload = SIGNAL | {"strategy": "*dip*_[x](y)<b>", "symbol": "A|B"}
    said = Message("signal.published", "s", payload, AT, "https://h.example").markdown
    lines = said.splitlines()
    assert lines[0] == "**▲ Long A\\|B · \\*dip\\*\\_\\[x\\](y)\\<b\\> v3**"
    assert lines[2] == "- Close 61,570.00 · stop 60,900.50 · targets 62,900.00 / 64,000.00"
    assert lines[-1].startswith("<https://h.example/notices/of/?")


def test_a_line_is_never_longer_than_a_message_may_be():
    message = Message("work.parked", "s", {"state": "parked", "key": "k", "error": "x " * 900}, AT)
    assert max(map(len, message.lines)) <= 300
    assert message.lines[0].endswith("…")


def many(reason, *told):
    listed = [
        {
            "type": topic,
            "timestamp": (AT + timedelta(minutes=minute)).isoformat(),
            "data": {"subject": f"{minute}", **payload},
        }
        for minute, (topic, payload) in told
    ]
    return Message("digest", "d", {"reason": reason, "count": len(listed), "notices": listed}, AT)


def test_several_together_say_how_many_of_what():
    ended = SIGNAL | {"outcome": ENDED}
    message = many("digest", (0, ("signal.published", SIGNAL)), (90, ("signal.settled", ended)))
    assert message.title == "Digest: 2 notices in 90 min: 1 published, 1 settled"
    assert message.lines == [
        "▲ Long BTC/USDT · momentum v3 · close 61,570.00 · 1h bar 21 Aug 17:00 UTC",
        "▲ Long BTC/USDT settled +0.44 R · momentum v3 · 21 Aug 19:30 UTC",
    ]
    quiet = many("quiet", (0, ("signal.published", SIGNAL)), (540, ("work.parked", {"key": "k"})))
    assert quiet.title == "Of the quiet hours: 2 notices in 9 h: 1 published, 1 on work"


def test_machines_get_all_of_several_together():
    body = json.loads(many("digest", *[(n, ("signal.published", SIGNAL)) for n in range(30)]).body)
    assert (body["type"], body["data"]["count"], len(body["data"]["notices"])) == ("digest", 30, 30)
