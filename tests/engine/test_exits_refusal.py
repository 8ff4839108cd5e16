"""Why candidates are rejected, in words."""

import pytest

from heliograph.engine.exits import Reject, Rules, SideRules
from heliograph.engine.exits.refusal import Candidate, refusal
from tests.engine.exit_cases import UNKNOWN, bars_of, events_of

RULES = Rules(min_confidence=0.3, min_reward_risk=1.5, cooldown=12)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": None}, ""),
        ({"reason": Reject.NO_STOP}, "the stop is unknown"),
        ({"reason": Reject.NO_TARGET, "targets": (110, UNKNOWN)}, "target 2 is unknown"),
        ({"reason": Reject.NO_CONFIDENCE}, "the confidence is unknown"),
        ({"reason": Reject.WRONG_SIDE, "stop": 100.5}, "the stop 100.5 is not below the close 100"),
        (
            {"reason": Reject.WRONG_SIDE, "stop": 95, "targets": (110, 99.5)},
            "target 2 99.5 is not above the close 100",
        ),
        (
            {"reason": Reject.WRONG_SIDE, "side": "short", "stop": 95},
            "the stop 95 is not above the close 100",
        ),
        ({"reason": Reject.BOTH_SIDES}, "long and short on the same bar"),
        ({"reason": Reject.MIN_CONFIDENCE, "confidence": 0.26}, "confidence 0.26 < 0.3"),
        ({"reason": Reject.MIN_CONFIDENCE, "confidence": 0.2999999}, "confidence 0.2999999 < 0.3"),
        ({"reason": Reject.MIN_REWARD_RISK, "reward_risk": 4 / 3}, "reward/risk 1.333 < 1.5"),
        ({"reason": Reject.MIN_REWARD_RISK}, "reward/risk is unknown"),
        ({"reason": Reject.COOLDOWN}, "fewer than 12 bars after the last exit"),
        ({"reason": Reject.OPPOSITE}, "it closed the open short trade"),
        ({"reason": Reject.OPPOSITE, "side": "short"}, "it closed the open long trade"),
        (
            {"reason": Reject.LATE_DATA},
            "first seen in candles that arrived after its bar had been evaluated",
        ),
    ],
)
def test_each_reason_names_the_values_that_decided(values, words):
    assert refusal(Candidate(**{"side": "long", "close": 100, **values}), RULES) == words


def test_a_row_of_the_kernel_becomes_words():
    rules = Rules(long=SideRules(stop=True, fractions=(1.0,)), min_reward_risk=1.5)
    events = events_of(rules, bars_of((100, 101, 99, 100)), long={"enter": [0], "stop": 95, "targets": [104]})
    assert refusal(Candidate.of(events.candidates[0], rules), rules) == "reward/risk 0.8 < 1.5"
