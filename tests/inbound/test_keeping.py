"""How long alerts are kept: as long as something rests on them."""

from datetime import timedelta

import pytest

from heliograph.inbound.follow import follow_alerts
from heliograph.inbound.keeping import old_alerts
from heliograph.inbound.models import Alert
from heliograph.workers.upkeep import forget_old

pytestmark = pytest.mark.django_db


def said(action, number):
    return f'{{"symbol": "BTCUSDT", "action": "{action}", "id": "{number}"}}'


def gone(*, at, days=90):
    """Which are old then, by the numbers in what they said."""
    return [row.body for row in old_alerts(days=days, at=at)]


@pytest.fixture
def told(desk):
    """Alerts of ten bars, followed: what each said, by the number of its bar."""
    desk.feed(4)
    acts = {5: "close", 6: "close", 7: "buy", 8: "close_short", 9: "close", 10: "close", 11: "close_long"}
    for bar, action in acts.items():
        desk.feed(bar - 1)
        desk.alert(bar, said(action, bar))
    desk.feed(40)
    follow_alerts(at=desk.close(40))
    return {bar: Alert.objects.get(body__contains=f'"id": "{bar}"') for bar in acts}


def test_refused_alerts_go_when_they_are_old(desk):
    desk.feed(4)
    desk.alert(5, "buy NOWHERE")
    alert = Alert.objects.get()
    assert alert.state == "refused"
    assert gone(at=alert.received_at + timedelta(days=90)) == []
    assert gone(at=alert.received_at + timedelta(days=90, seconds=1)) == [alert.body]


def test_one_that_waits_or_became_a_signal_stays(desk):
    desk.feed(4)
    desk.alert(5, said("buy", 1))
    assert gone(at=desk.close(5) + timedelta(days=400)) == []
    desk.feed(40)
    follow_alerts(at=desk.close(40))
    assert Alert.objects.get().state == "signal"
    assert gone(at=desk.close(5) + timedelta(days=400)) == []


def test_of_those_that_told_to_leave_the_first_after_a_signal_stays(desk, told):
    assert {row.state for bar, row in told.items() if bar != 7} == {"heeded"}
    assert told[7].state == "signal"
    late = desk.close(40) + timedelta(days=91)
    # At 6 all had been left at 5. At 8 only shorts are left, so 9 is the first to close what began at 7, and
    # from then on nothing ran.
    assert gone(at=late) == [told[bar].body for bar in (6, 10, 11)]
    assert gone(at=late, days=1_000) == []


def test_what_is_left_gives_the_same_signal_again(desk, told):
    before = Alert.objects.get(state="signal").signal.outcome
    assert forget_old(at=desk.close(40) + timedelta(days=91))["alerts"] == 3
    assert forget_old(at=desk.close(40) + timedelta(days=91))["alerts"] == 0
    # As if a candle had been corrected: the signal is followed anew.
    Alert.objects.filter(state="signal").update(amendments=-1)
    follow_alerts(at=desk.close(40))
    after = Alert.objects.get(state="signal").signal.outcome
    assert (after.state, after.exit_reason, after.exit_time, after.r) == (
        before.state,
        before.exit_reason,
        before.exit_time,
        before.r,
    )
    assert after.exit_reason == "exit"
