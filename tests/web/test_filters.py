import pytest

from heliograph.signals.queries import SignalFilter
from heliograph.web.filters import Asked, chip

EVERYTHING = {
    "state": "settled",
    "strategy": "EMA pullback",
    "symbol": "BTC/USDT",
    "venue": "binance",
    "side": "short",
    "since": "2024-07-09",
    "history": "no",
    "order": "found",
}


@pytest.mark.django_db
def test_an_address_keeps_every_filter():
    asked = Asked.of(EVERYTHING)

    assert dict(asked.values) == EVERYTHING
    assert (
        asked.filter().condition()
        == SignalFilter(
            strategy="EMA pullback",
            symbol="BTC/USDT",
            venue="binance",
            side="short",
            state="settled",
            since=asked.filter().since,
            historical=False,
        ).condition()
    )
    assert f"{asked.filter().since:%Y-%m-%d %z}" == "2024-07-09 +0000"


def test_what_is_not_understood_is_left_out():
    assert (
        Asked.of(
            {"state": "great", "side": "up", "since": "yesterday", "order": "luck", "history": "x"}
        ).values
        == ()
    )


def test_a_filter_is_taken_away_by_an_empty_value():
    assert Asked.of({"side": "long", "state": "open"}).address(side="") == "?state=open"


def test_a_chip_says_its_value_and_how_to_clear_it():
    shown = chip(Asked.of({"side": "long"}), "side", "Side", [("long", "long"), ("short", "short")])

    assert (shown.value, shown.clear, shown.stands) == ("long", "?", True)
    assert [(choice.label, choice.address, choice.chosen) for choice in shown.choices] == [
        ("any", "?", False),
        ("long", "?side=long", True),
        ("short", "?side=short", False),
    ]
