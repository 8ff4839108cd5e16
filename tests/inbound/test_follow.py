"""Signals from outside are followed and scored as if they were our own."""

import json

import pytest

from heliograph.engine.exits import Exits
from heliograph.engine.runner import Runner
from heliograph.inbound.follow import Followed, follow_alerts
from heliograph.inbound.models import Alert
from heliograph.inbound.sources import remove_source
from heliograph.market.models import Instrument
from heliograph.market.wire import to_ms
from heliograph.notices.models import Notice
from heliograph.signals.compiled import compile_text
from heliograph.signals.lives import gather
from heliograph.signals.models import Outcome, OutcomeRevision, Progress, Signal
from heliograph.signals.scores import score
from heliograph.signals.strategies import promote
from tests.inbound.conftest import Desk
from tests.signals.world import HOUR, START, feed_one

pytestmark = pytest.mark.django_db

# The strategy that an indicator of somebody else's might be: levels vary, and so does what ends it.
ELSEWHERE = """
name = "Elsewhere"
timeframe = "1h"
[long]
enter = "crosses_above(ema(close, 3), ema(close, 8))"
exit = "crosses_below(close, ema(close, 12)) and rsi(close, 5) < 45"
stop = "close - 1.5 * atr(5)"
targets = ["close + 1 * atr(5)", "close + 3 * atr(5)"]
expires = 20
[short]
enter = "crosses_below(ema(close, 3), ema(close, 8)) and rsi(close, 5) < 40"
exit = "crosses_above(close, ema(close, 12)) and rsi(close, 5) > 55"
stop = "close + 1.5 * atr(5)"
targets = ["close - 2 * atr(5)"]
expires = 20
[execution]
opposite = "reverse"
slippage_bps = 5
fee_pct = 0.05
"""
MEASURES = ("entry_price", "exit_price", "r", "return_pct", "fees_pct", "mfe_r", "mae_r")


class Elsewhere:
    """What that strategy gives on the bars of a desk, by the engine alone."""

    def __init__(self, bars):
        made = compile_text(ELSEWHERE)
        runner = Runner(made.plan, instruments=1)
        self.inputs = made.inputs(runner, [one.copy() for one in runner.advance(bars)], enters=True)
        self.events = Exits(made.rules, instruments=1).advance(bars, self.inputs)
        self.lives = gather(self.events, alert_only=False)

    def alerts(self, bar):
        """What it would send at the close of a bar: exits, then entries that it publishes."""
        sides = {"long": self.inputs.long, "short": self.inputs.short}
        for side, one in sides.items():
            if one.exit[0, bar] > 0:
                yield {"action": f"close_{side}"}
        for candidate in self.events.candidates:
            if candidate["bar_time"] == START + bar * HOUR and candidate["published"]:
                targets = [float(candidate[f"target{k}"]) for k in (1, 2, 3)]
                yield {
                    "action": "buy" if candidate["side"] == 1 else "sell",
                    "stop": float(candidate["stop"]),
                    "targets": [one for one in targets if one == one],
                }


def body(desk, bar, **more):
    time = desk.open(bar).isoformat()
    return json.dumps({"symbol": desk.instrument.symbol, "time": time} | more)


def story(desk):
    rows = Signal.objects.filter(version=desk.version).select_related("outcome").order_by("bar_time", "side")
    return [
        (
            to_ms(row.bar_time),
            row.side,
            row.outcome.state,
            row.outcome.exit_reason,
            row.outcome.exit_time and to_ms(row.outcome.exit_time),
            row.outcome.bars_held,
            len(row.outcome.parts),
            *(getattr(row.outcome, name) for name in MEASURES),
        )
        for row in rows
    ]


def expected(elsewhere):
    sides = {1: "long", -1: "short"}
    return [
        (
            key.time,
            sides[key.side],
            life.state,
            life.exit_reason,
            life.exit_time,
            life.bars_held,
            len(life.parts),
            *(getattr(life, name) for name in MEASURES),
        )
        for key, life in sorted(lives_of(elsewhere), key=lambda pair: (pair[0].time, sides[pair[0].side]))
    ]


def lives_of(elsewhere):
    return elsewhere.lives.items()


@pytest.fixture
def busy(db):
    return Desk(expires=20, fee_pct=0.05, slippage_bps=5.0)


@pytest.mark.parametrize("stride", [1, 7, 400])
def test_outcomes_are_those_of_the_same_trades_in_a_backtest(busy, stride):
    """However the candles come: bar by bar, or many at once after all alerts."""
    desk, elsewhere = busy, Elsewhere(busy.bars)
    desk.feed(0)
    for bar in range(1, len(desk.bars)):
        for one in elsewhere.alerts(bar):
            assert desk.alert(bar, body(desk, bar, **one)).alert.state == Alert.State.WAITING
        if bar % stride == 0 or bar == len(desk.bars) - 1:
            desk.feed(bar)
            follow_alerts(at=desk.close(bar))
    found = story(desk)
    assert len(found) > 25
    assert {row[3] for row in found} >= {"target", "stop", "exit", "opposite"}
    assert found == expected(elsewhere)
    assert not Progress.objects.filter(version=desk.version).exists()


def test_following_again_changes_nothing(busy):
    desk, elsewhere = busy, Elsewhere(busy.bars)
    desk.feed(0)
    for bar in range(1, 120):
        for one in elsewhere.alerts(bar):
            desk.alert(bar, body(desk, bar, **one))
            assert desk.alert(bar, body(desk, bar, **one)).is_known
        desk.feed(bar)
        follow_alerts(at=desk.close(bar))
        assert follow_alerts(at=desk.close(bar)) == Followed()
    assert story(desk) == [row for row in expected(Elsewhere(desk.bars.slice(0, 120)))]


def test_without_levels_a_signal_ends_at_an_opposite_alert_a_close_or_after_its_time(desk):
    for bar, action in [(5, "buy"), (10, "sell"), (15, "close"), (20, "buy")]:
        desk.feed(bar - 1)
        desk.alert(bar, body(desk, bar, action=action))
    desk.feed(100)
    assert follow_alerts(at=desk.close(100)) == Followed(published=3, settled=3)
    ended = [(row[0], row[1], row[3], row[4], row[5]) for row in story(desk)]
    at = lambda bar: START + bar * HOUR  # noqa: E731
    assert ended == [
        (at(5), "long", "opposite", at(11), 6),
        (at(10), "short", "exit", at(16), 6),
        (at(20), "long", "expired", at(68), 48),
    ]
    entry, left = float(desk.bars.open[0, 6]), float(desk.bars.open[0, 11])
    outcome = Outcome.objects.get(signal__bar_time=desk.open(5))
    assert (outcome.entry_price, outcome.exit_price, outcome.r) == (entry, left, None)
    assert outcome.return_pct == pytest.approx(100 * ((left - entry) - 0.001 * (left + entry)) / entry)


def test_an_alert_waits_for_the_candle_of_its_bar_and_then_is_told(desk):
    promote(desk.version, at=desk.open(0))
    desk.feed(4)
    desk.alert(5, body(desk, 5, action="buy", stop=1.0))
    assert follow_alerts(at=desk.close(5)) == Followed()
    assert Signal.objects.count() == 0
    desk.feed(5)
    assert follow_alerts(at=desk.close(5)) == Followed(published=1)
    notice = Notice.objects.get(topic="signal.published")
    assert (notice.payload["side"], notice.payload["stop"], notice.payload["symbol"]) == (
        "long",
        1.0,
        "BTC/USDT",
    )
    alert = Alert.objects.get()
    assert (alert.state, alert.signal.close) == (Alert.State.SIGNAL, float(desk.bars.close[0, 5]))
    desk.alert(9, body(desk, 9, action="close"))
    desk.feed(11)
    follow_alerts(at=desk.close(11))
    told = Notice.objects.get(topic="signal.settled").payload["outcome"]
    assert (told["exit_reason"], told["state"]) == ("exit", "settled")
    scored = score(desk.version)
    assert (scored.published, scored.settled, scored.hit_rate.n) == (1, 1, 1)


def test_in_shadow_it_is_scored_and_nobody_is_told(desk):
    desk.feed(4)
    desk.alert(5, body(desk, 5, action="buy"))
    desk.feed(60)
    assert follow_alerts(at=desk.close(60)) == Followed(published=1, settled=1)
    assert Notice.objects.count() == 0


def test_one_that_comes_after_its_candle_counts_as_if_it_had_come_before(desk):
    desk.feed(5)
    follow_alerts(at=desk.close(5, seconds=1))
    desk.alert(5, body(desk, 5, action="buy"))
    desk.feed(6)
    follow_alerts(at=desk.close(6))
    assert Outcome.objects.get().entry_price == float(desk.bars.open[0, 6])


def test_levels_on_the_wrong_side_are_rejected_with_the_reason(desk):
    desk.feed(4)
    desk.alert(5, body(desk, 5, action="buy", stop=1e6))
    desk.feed(5)
    assert follow_alerts(at=desk.close(5)) == Followed(rejected=1)
    row = Signal.objects.get()
    assert (row.state, row.reason) == ("rejected", "wrong_side")
    assert Alert.objects.get().signal == row


def test_a_second_one_while_the_slot_is_taken_gives_no_signal(desk):
    for bar in (5, 8):
        desk.feed(bar - 1)
        desk.alert(bar, body(desk, bar, action="buy"))
    desk.feed(10)
    assert follow_alerts(at=desk.close(10)) == Followed(published=1, refused=1)
    first = Signal.objects.get()
    refused = Alert.objects.get(state=Alert.State.REFUSED)
    assert refused.reason == f"Signal {first.pk} still holds the long slot."


def test_both_sides_on_one_bar_contradict_each_other(desk):
    desk.feed(4)
    desk.alert(5, body(desk, 5, action="buy"))
    desk.alert(5, body(desk, 5, action="sell"))
    desk.feed(5)
    assert follow_alerts(at=desk.close(5)) == Followed(published=1, rejected=1)
    assert list(Signal.objects.order_by("pk").values_list("side", "reason")) == [
        ("long", ""),
        ("short", "both_sides"),
    ]


def test_a_bar_without_a_candle_is_said_so(desk):
    desk.feed(4)
    desk.alert(5, body(desk, 5, action="buy"))
    gap = desk.bars.slice(6, 9)
    feed_one(desk.batch, desk.instrument, gap, at=desk.close(8))
    assert follow_alerts(at=desk.close(8)) == Followed(refused=1)
    assert Alert.objects.get().reason == "There is no candle of its bar, and later ones came."


def test_a_candle_corrected_afterwards_revises_the_outcome(desk):
    desk.feed(4)
    desk.alert(5, body(desk, 5, action="buy"))
    desk.alert(9, body(desk, 9, action="close"))
    desk.feed(30)
    follow_alerts(at=desk.close(30))
    before = Outcome.objects.get()
    other = desk.bars.slice(10, 11)
    values = {name: getattr(other, name) * 1.01 for name in ("open", "high", "low", "close")}
    corrected = type(other)(time=other.time, volume=other.volume, **values)
    feed_one(desk.batch, desk.instrument, corrected, at=desk.close(31))

    assert follow_alerts(at=desk.close(31)) == Followed(revised=1)
    assert follow_alerts(at=desk.close(31)) == Followed()
    revision = OutcomeRevision.objects.get()
    assert revision.exit_price == pytest.approx(before.exit_price * 1.01)
    assert Outcome.objects.get().exit_price == before.exit_price


def test_what_runs_on_a_delisted_instrument_ends_unresolved(desk):
    desk.feed(4)
    desk.alert(5, body(desk, 5, action="buy"))
    desk.feed(10)
    follow_alerts(at=desk.close(10))
    Instrument.objects.update(delisted_at=desk.open(12))
    follow_alerts(at=desk.close(13))
    assert Outcome.objects.get().state == Outcome.State.UNRESOLVED


def test_a_removed_source_takes_no_more_and_what_runs_is_followed_to_its_end(desk):
    desk.feed(4)
    desk.alert(5, body(desk, 5, action="buy"))
    desk.feed(6)
    follow_alerts(at=desk.close(6))
    remove_source("desk", at=desk.close(6))
    desk.feed(60)
    assert follow_alerts(at=desk.close(60)) == Followed(settled=1)
    assert Outcome.objects.get().exit_reason == "expired"


def test_selling_closes_where_a_source_is_long_only(db):
    desk = Desk(long_only=True)
    for bar, action in [(5, "buy"), (10, "sell")]:
        desk.feed(bar - 1)
        desk.alert(bar, body(desk, bar, action=action))
    desk.feed(20)
    assert follow_alerts(at=desk.close(20)) == Followed(published=1, settled=1)
    assert Outcome.objects.get().exit_reason == "exit"
