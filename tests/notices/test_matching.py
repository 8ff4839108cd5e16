"""Which notices a subscription wants."""

import itertools

import pytest

from heliograph.notices.matching import matches
from heliograph.notices.models import Subscription

SIGNAL = {
    "strategy": "momentum",
    "venue": "binance",
    "symbol": "BTC/USDT",
    "side": "long",
    "confidence": 0.6,
}
# What is asked for, and whether the signal above fits it.
ASKED = {
    "topics": [([], True), (["signal.published"], True), (["signal.*"], True), (["signal.settled"], False)],
    "strategies": [([], True), (["momentum"], True), (["mo*", "dip"], True), (["dip"], False)],
    "instruments": [
        ([], True),
        (["BTC/USDT"], True),
        (["btc/*"], True),
        (["binance:*"], True),
        (["kraken:BTC/*"], False),
        (["ETH/*"], False),
    ],
    "least_confidence": [(None, True), (0.6, True), (0.61, False)],
    "side": [("", True), ("long", True), ("short", False)],
}


def test_all_filters_must_fit_and_nothing_else_counts():
    wrong = []
    for chosen in itertools.product(*ASKED.values()):
        asked = Subscription(**{name: value for name, (value, _) in zip(ASKED, chosen, strict=True)})
        fits = all(fit for _, fit in chosen)
        if matches(asked, "signal.published", SIGNAL) != fits:
            wrong.append(chosen)
    assert wrong == []


def test_a_confidence_that_is_not_known_fits_no_limit():
    assert not matches(Subscription(least_confidence=0.0), "signal.settled", SIGNAL | {"confidence": None})
    assert matches(Subscription(), "signal.settled", SIGNAL | {"confidence": None})


@pytest.mark.parametrize(
    ("topic", "payload", "asked", "fits"),
    [
        # A filter of what a topic does not have lets it through.
        (
            "data.stale",
            {"venue": "binance", "timeframe": "1h"},
            {"side": "long", "least_confidence": 0.9},
            True,
        ),
        ("data.stale", {"venue": "binance", "symbol": "ETH/USDT"}, {"instruments": ["BTC/*"]}, False),
        ("data.stale", {"venue": "binance"}, {"instruments": ["BTC/*"]}, True),
        ("work.parked", {"strategy": "dip"}, {"strategies": ["momentum"]}, False),
        ("work.parked", {"strategy": "dip"}, {"side": "short", "instruments": ["BTC/*"]}, True),
    ],
)
def test_each_topic_has_its_own_filters(topic, payload, asked, fits):
    assert matches(Subscription(**asked), topic, payload) == fits
