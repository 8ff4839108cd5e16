"""The numbered rules of the exits, sentence by sentence, on a few bars each."""

import numpy as np
import pytest

from heliograph.engine.bars import Bars
from heliograph.engine.errors import BadBars, BadSnapshot
from heliograph.engine.exits import Exits, Inputs, Rules, SideInputs, SideRules
from heliograph.engine.exits.rules import BadRules
from tests.engine.exit_cases import UNKNOWN, bars_of, events_of, missed, side, trades, verdicts

FLAT = (100, 101, 99, 100)
STOP_AND_TARGET = SideRules(stop=True, fractions=(1.0,))
FREE_OF_COST = Rules(long=STOP_AND_TARGET, fee_pct=0)
LEVELS = {"stop": 95, "targets": [110]}


def test_a_target_is_taken_at_its_price():
    bars = bars_of(FLAT, FLAT, (100, 112, 99, 111))
    events = events_of(FREE_OF_COST, bars, long={"enter": [0], **LEVELS})
    assert trades(events) == [("long", 1, 100, 2, 110, "target", 2)]


def test_a_short_is_the_mirror_image():
    bars = bars_of(FLAT, FLAT, (100, 101, 88, 89))
    rules = Rules(short=STOP_AND_TARGET, fee_pct=0)
    events = events_of(rules, bars, short={"enter": [0], "stop": 105, "targets": [90]})
    assert trades(events) == [("short", 1, 100, 2, 90, "target", 2)]
    assert events.exits[["r", "return_pct", "mfe_r", "mae_r"]].tolist() == [(2.0, 10.0, 2.0, -0.2)]


def test_stop_and_target_in_one_bar_count_as_stopped():
    bars = bars_of(FLAT, (100, 112, 94, 100))
    events = events_of(FREE_OF_COST, bars, long={"enter": [0], **LEVELS})
    assert trades(events) == [("long", 1, 100, 1, 95, "stop", 1)]


@pytest.mark.parametrize(
    ("finer", "exit", "undecided"),
    [
        ([(100, 112, 99, 101), (101, 101, 94, 100)], (110, "target"), 0),
        ([(100, 101, 94, 95), (95, 112, 95, 100)], (95, "stop"), 0),
        ([(100, 112, 94, 100)], (95, "stop"), 0),
        ([(111, 112, 94, 100)], (110, "target"), 0),
        ([(100, 112, 99, 101)], (95, "stop"), 1),
        ([], (95, "stop"), 1),
    ],
    ids=["target first", "stop first", "both in one", "opened beyond the target", "too few", "none"],
)
def test_finer_bars_decide_what_came_first(finer, exit, undecided):
    bars = bars_of(FLAT, (100, 112, 94, 100))
    inside = bars_of(*finer, step=60_000)
    inside = Bars(inside.time + 3_600_000, inside.open, inside.high, inside.low, inside.close, inside.volume)
    rules = Rules(long=STOP_AND_TARGET, fee_pct=0, intrabar=True)
    events = events_of(rules, bars, long={"enter": [0], **LEVELS}, finer=inside)
    assert [(row["exit_price"], row["reason"] == 1) for row in events.exits] == [(exit[0], exit[1] == "stop")]
    assert events.undecided.tolist() == [undecided]


def test_an_open_beyond_the_stop_leaves_at_the_open():
    bars = bars_of(FLAT, FLAT, (90, 91, 89, 90))
    events = events_of(FREE_OF_COST, bars, long={"enter": [0], **LEVELS})
    assert trades(events) == [("long", 1, 100, 2, 90, "stop", 2)]
    assert events.exits[["r", "mae_r"]].tolist() == [(-2.0, -2.0)]


def test_an_open_beyond_the_target_takes_it_at_the_open():
    bars = bars_of(FLAT, FLAT, (115, 116, 90, 90))
    events = events_of(FREE_OF_COST, bars, long={"enter": [0], **LEVELS})
    assert trades(events) == [("long", 1, 100, 2, 115, "target", 2)]


@pytest.mark.parametrize("price", [95, 94, 110, 120])
def test_an_entry_at_or_beyond_a_level_is_missed_and_frees_the_slot(price):
    bars = bars_of(FLAT, (price, price, price, 100), FLAT)
    events = events_of(FREE_OF_COST, bars, long={"enter": [0, 1], **LEVELS})
    assert missed(events) == [("long", 1, price)]
    assert verdicts(events) == [(0, "long", "published"), (1, "long", "published")]


def test_an_entry_is_missed_by_its_price_before_slippage():
    bars = bars_of(FLAT, (109.99, 110, 109, 110), FLAT)
    rules = Rules(long=STOP_AND_TARGET, slippage_bps=100)
    events = events_of(rules, bars, long={"enter": [0], **LEVELS})
    assert missed(events) == []
    assert events.exits["entry_price"].tolist() == [109.99 * 1.01]


def test_parts_leave_at_each_target_and_the_reason_is_that_of_the_last():
    bars = bars_of(FLAT, (100, 106, 99, 105), (105, 111, 100, 108), (100, 101, 94, 95))
    rules = Rules(long=SideRules(stop=True, fractions=(0.5, 0.25, 0.25)), fee_pct=0)
    events = events_of(rules, bars, long={"enter": [0], "stop": 95, "targets": [105, 110, 120]})
    assert events.parts[["time", "price", "fraction", "target"]].tolist() == [
        (3_600_000, 105.0, 0.5, 1),
        (7_200_000, 110.0, 0.25, 2),
    ]
    assert trades(events) == [("long", 1, 100, 3, 0.5 * 105 + 0.25 * 110 + 0.25 * 95, "stop", 3)]


def test_an_exit_leaves_at_the_next_open():
    bars = bars_of(FLAT, FLAT, FLAT, (103, 104, 102, 103))
    events = events_of(FREE_OF_COST, bars, long={"enter": [0], "exit": [2], **LEVELS})
    assert trades(events) == [("long", 1, 100, 3, 103, "exit", 3)]


def test_an_exit_is_heeded_from_the_close_of_the_first_bar_held():
    bars = bars_of(FLAT, FLAT, (102, 104, 102, 103), FLAT)
    events = events_of(FREE_OF_COST, bars, long={"enter": [0], "exit": [0, 1], **LEVELS})
    assert trades(events) == [("long", 1, 100, 2, 102, "exit", 2)]


def test_an_exit_leaves_before_a_gap_through_the_stop_is_looked_at():
    bars = bars_of(FLAT, FLAT, (90, 91, 89, 90))
    events = events_of(FREE_OF_COST, bars, long={"enter": [0], "exit": [1], **LEVELS})
    assert trades(events) == [("long", 1, 100, 2, 90, "exit", 2)]


def test_an_exit_decided_at_a_close_frees_the_slot_at_this_close():
    bars = bars_of(FLAT, FLAT, (101, 102, 100, 101), FLAT)
    events = events_of(FREE_OF_COST, bars, long={"enter": [0, 1, 2], "exit": [1, 3], **LEVELS})
    assert verdicts(events) == [(0, "long", "published"), (1, "long", "published")]
    assert trades(events) == [("long", 1, 100, 2, 101, "exit", 2)]


def test_a_trade_expires_at_the_close_of_the_nth_bar_held():
    bars = bars_of(FLAT, FLAT, FLAT, (100, 101, 99, 100.5))
    rules = Rules(long=SideRules(expires=3), fee_pct=0)
    events = events_of(rules, bars, long={"enter": [0], "exit": [3]})
    assert trades(events) == [("long", 1, 100, 3, 100.5, "expired", 3)]
    assert np.isnan(events.exits["r"]).all()


def test_with_fills_at_the_close_the_bar_after_the_entry_is_the_first_held():
    bars = bars_of(FLAT, (100, 101, 99, 100.5), (100, 103, 99, 102))
    rules = Rules(long=SideRules(expires=2), fee_pct=0, fill="close")
    events = events_of(rules, bars, long={"enter": [0], "exit": [0]})
    assert trades(events) == [("long", 0, 100, 2, 102, "expired", 2)]


def test_with_fills_at_the_close_an_exit_leaves_at_the_close_at_which_it_becomes_true():
    bars = bars_of(FLAT, FLAT, (100, 103, 99, 102), FLAT)
    rules = Rules(long=STOP_AND_TARGET, fee_pct=0, fill="close")
    events = events_of(rules, bars, long={"enter": [0, 2], "exit": [2], **LEVELS})
    assert trades(events) == [("long", 0, 100, 2, 102, "exit", 2)]
    assert verdicts(events) == [(0, "long", "published"), (2, "long", "published")]
    assert events.exits[["mfe_r", "mae_r"]].tolist() == [(3 / 5, -1 / 5)]


def test_excursions_take_of_the_bar_of_exit_only_the_exit_price():
    bars = bars_of(FLAT, (100, 104, 98, 100), (100, 109, 94, 100))
    events = events_of(FREE_OF_COST, bars, long={"enter": [0], **LEVELS})
    assert events.exits[["mfe_r", "mae_r"]].tolist() == [(4 / 5, -1.0)]


def test_slippage_worsens_market_fills_but_not_targets():
    rules = Rules(long=STOP_AND_TARGET, fee_pct=0, slippage_bps=100)
    stopped = events_of(rules, bars_of(FLAT, FLAT, (100, 100, 94, 95)), long={"enter": [0], **LEVELS})
    taken = events_of(rules, bars_of(FLAT, FLAT, (100, 111, 99, 110)), long={"enter": [0], **LEVELS})
    assert trades(stopped) == [("long", 1, 101, 2, 95 * 0.99, "stop", 2)]
    assert trades(taken) == [("long", 1, 101, 2, 110, "target", 2)]


def test_costs_are_paid_at_entry_and_at_each_exit():
    rules = Rules(long=STOP_AND_TARGET, fee_pct=1)
    events = events_of(rules, bars_of(FLAT, FLAT, (100, 111, 99, 110)), long={"enter": [0], **LEVELS})
    assert events.exits[["r", "return_pct", "fees_pct"]].tolist() == [(2.0, 10 - 2.1, 2.1)]


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ({"stop": UNKNOWN, "targets": [110]}, "no_stop"),
        ({"stop": 95, "targets": [UNKNOWN]}, "no_target"),
        ({"stop": 100, "targets": [110]}, "wrong_side"),
        ({"stop": 95, "targets": [99]}, "wrong_side"),
        ({"stop": 95, "targets": [104]}, "min_reward_risk"),
        ({"stop": 95, "targets": [105 - 1e-10]}, "published"),
    ],
)
def test_a_candidate_is_rejected_for_its_levels(levels, reason):
    rules = Rules(long=STOP_AND_TARGET, min_reward_risk=1.0)
    events = events_of(rules, bars_of(FLAT), long={"enter": [0], **levels})
    assert verdicts(events) == [(0, "long", reason)]
    assert events.verdicts.sum() == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [(UNKNOWN, "no_confidence"), (0.29, "min_confidence"), (0.3 - 1e-12, "published"), (0.5, "published")],
)
def test_a_candidate_is_rejected_for_its_confidence(value, reason):
    rules = Rules(long=SideRules(expires=1), confidence=True, min_confidence=0.3)
    events = events_of(rules, bars_of(FLAT), long={"enter": [0]}, confidence=value)
    assert verdicts(events) == [(0, "long", reason)]


def test_the_cooldown_counts_bars_that_exist_from_the_exit_of_the_last_published_signal():
    bars = bars_of(FLAT, FLAT, None, FLAT, FLAT, None, FLAT, FLAT)
    rules = Rules(long=SideRules(), fee_pct=0, cooldown=2)
    events = events_of(rules, bars, long={"enter": range(8), "exit": [1]})
    assert trades(events) == [("long", 1, 100, 3, 100, "exit", 2)]
    assert verdicts(events) == [
        (0, "long", "published"),
        (1, "long", "cooldown"),
        (3, "long", "cooldown"),
        (4, "long", "cooldown"),
        (6, "long", "published"),
    ]


def test_missed_and_rejected_candidates_start_no_cooldown():
    bars = bars_of(FLAT, (120, 120, 100, 100), FLAT)
    rules = Rules(long=STOP_AND_TARGET, cooldown=5)
    levels = {"stop": [95, 95, 101], "targets": [110]}
    events = events_of(rules, bars, long={"enter": [0, 1, 2], **levels})
    assert [reason for _, _, reason in verdicts(events)] == ["published", "published"]


def test_candidates_of_both_sides_on_one_bar_are_rejected():
    rules = Rules(long=SideRules(), short=SideRules(), opposite="exit")
    events = events_of(rules, bars_of(FLAT), long={"enter": [0]}, short={"enter": [0]})
    assert verdicts(events) == [(0, "long", "both_sides"), (0, "short", "both_sides")]


BOTH = {"long": {"enter": [0, 2]}, "short": {"enter": [1, 2]}}


@pytest.mark.parametrize(
    ("opposite", "expected_trades", "expected_verdicts"),
    [
        ("ignore", [], ["published", "published"]),
        (
            "exit",
            [("long", 1, 100, 2, 101, "opposite", 2)],
            ["published", "opposite", "both_sides", "both_sides"],
        ),
        ("reverse", [("long", 1, 100, 2, 101, "opposite", 2)], ["published"] * 3),
    ],
)
def test_a_candidate_of_the_other_side(opposite, expected_trades, expected_verdicts):
    bars = bars_of(FLAT, FLAT, (101, 102, 100, 101))
    rules = Rules(long=SideRules(), short=SideRules(), opposite=opposite, fee_pct=0)
    events = events_of(rules, bars, **BOTH)
    assert trades(events) == expected_trades
    assert [reason for _, _, reason in verdicts(events)] == expected_verdicts


def test_with_fills_at_the_close_the_other_side_closes_the_trade_at_this_close():
    bars = bars_of(FLAT, FLAT, (101, 102, 100, 101))
    rules = Rules(long=SideRules(), short=SideRules(), opposite="reverse", fee_pct=0, fill="close")
    events = events_of(rules, bars, **BOTH)
    assert trades(events) == [
        ("long", 0, 100, 1, 100, "opposite", 1),
        ("short", 1, 100, 2, 101, "opposite", 1),
    ]


def test_alerts_keep_no_slot_and_cool_down_from_their_own_bar():
    rules = Rules(long=SideRules(), alert_only=True, cooldown=2)
    exits = Exits(rules, instruments=1)
    bars = bars_of(FLAT, FLAT, None, FLAT, FLAT)
    events = exits.advance(bars, Inputs(long=side(bars, enter=range(5))))
    assert verdicts(events) == [
        (0, "long", "published"),
        (1, "long", "cooldown"),
        (3, "long", "published"),
        (4, "long", "cooldown"),
    ]
    assert (len(events.entries), len(events.exits)) == (0, 0)
    assert exits.slots()[["phase", "cooldown_left"]].tolist() == [(0, 1)]


def test_a_side_fires_only_from_the_bar_at_which_it_is_ready():
    bars = bars_of(FLAT, FLAT, FLAT)
    entering = SideInputs(enter=np.ones((1, 3)), ready=np.array([1]))
    events = Exits(Rules(long=SideRules()), instruments=1).advance(bars, Inputs(long=entering))
    assert verdicts(events) == [(1, "long", "published")]


def test_what_is_open_at_the_end_is_closed_at_the_last_close_without_slippage():
    bars = bars_of(FLAT, FLAT, (100, 103, 99, 102))
    exits = Exits(Rules(long=STOP_AND_TARGET, fee_pct=0, slippage_bps=100), instruments=1)
    exits.advance(bars, Inputs(long=side(bars, enter=[0], **LEVELS)))
    events = exits.finish(time=bars.time[-1:], close=bars.close[:, -1].copy())
    assert trades(events) == [("long", 1, 101, 2, 102, "end", 2)]
    assert len(exits.slots()) == 0


def test_one_row_of_inputs_serves_all_instruments():
    one = bars_of(FLAT, FLAT, FLAT)
    two = Bars(
        one.time,
        *(np.repeat(getattr(one, name), 2, axis=0) for name in ("open", "high", "low", "close", "volume")),
    )
    events = Exits(Rules(long=SideRules(expires=1)), instruments=2).advance(
        two, Inputs(long=side(one, enter=[0]))
    )
    assert events.exits["instrument"].tolist() == [0, 1]


def test_wrong_shapes_snapshots_and_rules_are_refused():
    bars, exits = bars_of(FLAT), Exits(Rules(long=SideRules()), instruments=2)
    with pytest.raises(BadBars, match="1 instruments, the exits 2"):
        exits.advance(bars, Inputs())
    with pytest.raises(BadBars, match="An input has shape"):
        Exits(Rules(), instruments=1).advance(bars, Inputs(confidence=np.zeros((1, 2))))
    with pytest.raises(BadSnapshot):
        exits.restore(Exits(Rules(), instruments=2).snapshot())
    for bad in ({"fractions": (0.5, 0.4)}, {"fractions": (0.25,) * 4}, {"expires": 0}):
        with pytest.raises(BadRules):
            SideRules(**bad)
