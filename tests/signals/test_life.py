"""What happens to versions, instruments and signals over time."""

from datetime import timedelta

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.strategy import BadStrategy
from heliograph.market.models import Instrument
from heliograph.market.wire import to_datetime
from heliograph.signals import universe
from heliograph.signals.errors import NotExplainable, WrongStage
from heliograph.signals.explain import explain
from heliograph.signals.explanation import WarmUp
from heliograph.signals.generate import generate
from heliograph.signals.generated import Generated
from heliograph.signals.models import Evaluation, Outcome, Progress, Signal
from heliograph.signals.settle import Settled, settle
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy, promote, retire
from tests.signals.test_fence import rows
from tests.signals.test_generate import blind
from tests.signals.world import BUSY, DAY, HOUR, NOW, START, feed, make_venue, story, walk

pytestmark = pytest.mark.django_db
FOREVER = """
name = "Forever"
timeframe = "1h"
[long]
enter = "close > 0"
stop = "close * 0.001"
expires = 1000
"""


def test_a_text_is_stored_once_and_another_gets_the_next_number():
    first = add_strategy(text=BUSY, at=NOW)
    same = add_strategy(text="# a comment\n" + BUSY, at=NOW)
    other = add_strategy(text=BUSY.replace("cooldown = 3", "cooldown = 4"), at=NOW)

    assert (first.number, same.pk, other.number) == (1, first.pk, 2)
    assert (first.stage, str(other)) == ("shadow", "Busy v2")


def test_a_text_with_mistakes_is_refused_whole():
    with pytest.raises(BadStrategy, match="there is no function `emaa`"):
        add_strategy(text=BUSY.replace("ema(close, 3)", "emaa(close, 3)"), at=NOW)


def test_promotion_retires_the_version_that_was_live():
    first = promote(add_strategy(text=BUSY, at=NOW), at=NOW)
    second = promote(add_strategy(text=BUSY.replace("cooldown = 3", "cooldown = 4"), at=NOW), at=NOW)

    first.refresh_from_db()
    assert (first.stage, second.stage, first.retired_at) == ("retired", "live", NOW)
    with pytest.raises(WrongStage, match="it is retired"):
        promote(first, at=NOW)


def test_retiring_ends_entries_and_follows_what_is_open_to_its_end():
    batch, instruments = make_venue()
    bars = walk(21, 400)
    feed(batch, instruments, bars.slice(0, 200))
    version = add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    running = Outcome.objects.filter(state__in=Outcome.RUNNING)
    assert running.exists()
    known = Signal.objects.count()

    retire(version, at=NOW)
    for hour in range(200, 400, 20):
        feed(batch, instruments, bars.slice(hour, hour + 20))
        generate(at=NOW)

    assert Signal.objects.count() == known
    assert not running.exists()
    # It ran until its last signal had settled, and no further.
    assert Progress.objects.get().watermarks[0] < bars.time[-1]


def test_instruments_join_and_disturb_nobody(monkeypatch):
    monkeypatch.setattr(universe, "SHARD_SIZE", 2)
    symbols = ("A/USDT", "B/USDT", "C/USDT", "USDC/USDT", "D/BTC")
    batch, instruments = make_venue("late", symbols=symbols)
    bars = walk(22, 300, instruments=5)
    text = BUSY + '[universe]\ninclude = ["*/USDT"]\nexclude = ["USDC/USDT"]\n'
    add_strategy(text=text, at=NOW)
    for row in (3, 4, 0):
        feed(batch, [instruments[row]], rows(bars, row).slice(0, 250))
        generate(at=NOW)
    feed(batch, instruments[1:3], pair(bars).slice(0, 250))
    generate(at=NOW)
    feed(batch, instruments, bars.slice(250, 300))
    generate(at=NOW)
    joined = story()

    ids = [one.pk for one in instruments]
    assert list(Progress.objects.order_by("shard").values_list("instruments", flat=True)) == [
        [ids[0], ids[1]],
        [ids[2]],
    ]
    MEMORY.clear()
    again, others = make_venue("together", symbols=symbols)
    feed(again, others, bars)
    generate(at=NOW)
    assert blind(story()[len(joined) :]) == blind(joined)


def pair(bars):
    return Bars(time=bars.time, **{name: getattr(bars, name)[1:3].copy() for name in INPUTS})


def test_bars_that_existed_at_the_start_are_historical_and_old_ones_late():
    batch, instruments = make_venue()
    bars = walk(1, 300)
    feed(batch, instruments, bars.slice(0, 200))
    add_strategy(text=BUSY, at=NOW)
    soon = to_datetime(START + 300 * HOUR)

    feed(batch, instruments, bars.slice(200, 300), at=soon)
    generate(at=soon)

    old = Signal.objects.filter(historical=True)
    fresh = Signal.objects.filter(historical=False)
    assert max(old.values_list("bar_time", flat=True)) <= to_datetime(START + 199 * HOUR)
    assert min(fresh.values_list("bar_time", flat=True)) > to_datetime(START + 199 * HOUR)
    # Two intervals after its close a signal is late.
    closes = {row.bar_time + timedelta(hours=1): row.late for row in fresh}
    assert closes == {close: soon - close > timedelta(hours=2) for close in closes}
    assert not old.filter(late=True).exists()


def test_a_missing_bar_is_awaited_and_then_passed_over():
    batch, instruments = make_venue(symbols=("A/USDT", "B/USDT"))
    bars = walk(23, 100, instruments=2)
    values = {name: getattr(bars, name).copy() for name in INPUTS}
    for name in INPUTS:
        values[name][1, 97] = np.nan
    holed = Bars(time=bars.time, **values)
    add_strategy(text=BUSY, at=NOW)

    def after(hours):
        return to_datetime(START + hours * HOUR)

    feed(batch, instruments, holed.slice(0, 90), at=after(90))
    generate(at=after(90))
    feed(batch, instruments, holed.slice(90, 99), at=after(99))
    first = generate(at=after(99))
    waited = Progress.objects.get().watermarks
    second = generate(at=after(99) + timedelta(minutes=59))
    third = generate(at=after(100))

    assert (first.waiting, first.passed_over, second.evaluations) == (1, 0, 0)
    assert waited == [START + 98 * HOUR, START + 96 * HOUR]
    assert (third.waiting, third.passed_over, third.bars) == (0, 1, 1)


def test_a_delisted_instruments_signal_ends_unresolved_without_a_price():
    batch, instruments = make_venue()
    feed(batch, instruments, walk(24, 50))
    add_strategy(text=FOREVER, at=NOW)
    generate(at=NOW)
    assert settle(at=NOW) == Settled()

    Instrument.objects.update(delisted_at=to_datetime(START + 50 * HOUR))

    assert settle(at=NOW) == Settled(unresolved=1)
    assert settle(at=NOW) == Settled()
    ended = Outcome.objects.values_list("state", "exit_time", "exit_price", "r", "settled_at").get()
    assert ended == ("unresolved", None, None, None, NOW)
    # The slot is free again.
    feed(batch, instruments, walk(24, 51).slice(50, 51))
    assert generate(at=NOW).published == 1


INSIDE = """
name = "Inside"
timeframe = "1h"
[long]
enter = "crosses_above(close, 103)"
stop = "close - 2"
targets = ["close + 2"]
[execution]
intrabar = "15m"
"""


def hour_bars(closes, *, wide=()):
    """Hourly bars with these closes; those at `wide` reach four above and below."""
    close = np.array(closes, dtype=np.float64)
    reach = np.where(np.isin(np.arange(len(close)), wide), 4.0, 0.25)
    time = START + HOUR * np.arange(len(close), dtype=np.int64)
    return Bars.single(time, open=close, high=close + reach, low=close - reach, close=close, volume=close)


def test_an_undecided_bar_waits_for_finer_ones():
    batch, instruments = make_venue()
    bars = hour_bars([100, 100, 104, 104, 104, 104], wide=[4])
    at = to_datetime(START + 6 * HOUR)
    add_strategy(text=INSIDE, at=NOW)
    feed(batch, instruments, bars, at=at)

    first, nothing = generate(at=at), settle(at=at)
    held = Progress.objects.get().watermarks
    quarters = START + 4 * HOUR + 15 * 60_000 * np.arange(4, dtype=np.int64)
    prices = np.array([104.0, 106.5, 104.0, 101.0])
    finer = Bars.single(
        quarters, open=prices, high=prices + 0.1, low=prices - 0.1, close=prices, volume=prices
    )
    feed(batch, instruments, finer, timeframe="15m", at=at)
    ended = settle(at=at)

    assert (first.bars, first.waiting, held) == (4, 1, [START + 3 * HOUR])
    assert (nothing, ended) == (Settled(still_waiting=1), Settled(settled=1))
    assert Outcome.objects.values_list("exit_reason", "exit_price").get() == ("target", 106.0)
    assert Evaluation.objects.count() == 2


def test_after_its_patience_the_stop_counts():
    batch, instruments = make_venue()
    bars = hour_bars([100, 100, 104, 104, 104, 104], wide=[4])
    add_strategy(text=INSIDE, at=NOW)
    feed(batch, instruments, bars, at=NOW)

    told = generate(at=NOW)

    assert (told.settled, told.waiting) == (1, 0)
    assert Outcome.objects.values_list("exit_reason", "exit_price").get() == ("stop", 102.0)


@pytest.mark.parametrize(("calendar", "day"), [("XNYS", DAY), ("always", DAY), ("forex", HOUR)])
def test_a_rest_of_the_calendar_is_not_awaited(calendar, day):
    """From a Friday to the Monday after it, and over Martin Luther King's day, New York is closed."""
    batch, instruments = make_venue()
    batch.venue.calendar = calendar
    batch.venue.save()
    text = BUSY if day == HOUR else BUSY.replace("1h", "1d").replace("on('4h'", "on('1w'")
    add_strategy(text=text, at=NOW)
    # Thursday, Friday and the Tuesday after the holiday; in currencies Friday 21:00 and Sunday 22:00 UTC.
    times = {DAY: [10, 11, 15], HOUR: [4 * 24 + 20, 4 * 24 + 21, 6 * 24 + 22]}[day]
    time = START + day * np.array(times, dtype=np.int64)
    price = np.array([100.0, 101.0, 102.0])
    bars = Bars.single(time, open=price, high=price, low=price, close=price, volume=price)
    name = "1d" if day == DAY else "1h"
    soon = to_datetime(int(time[1]) + day)
    feed(batch, instruments, bars.slice(0, 2), timeframe=name, at=soon)
    generate(at=soon)
    monday = to_datetime(int(time[2]) + day)

    feed(batch, instruments, bars.slice(2, 3), timeframe=name, at=monday)
    told = generate(at=monday)

    assert (told.waiting, told.bars) == ((1, 0) if calendar == "always" else (0, 1))


def test_an_alert_only_strategy_is_announced_and_not_scored():
    batch, instruments = make_venue()
    feed(batch, instruments, walk(25, 100))
    text = """
    name = "Alerts"
    timeframe = "1h"
    alert_only = true
    [long]
    enter = "close > close[1]"
    [filters]
    cooldown = 5
    """
    add_strategy(text=text, at=NOW)

    told = generate(at=NOW)

    found = Signal.objects.filter(state="published").order_by("bar_time")
    bars = [(row.bar_time - to_datetime(START)) // timedelta(hours=1) for row in found]
    assert told.published == len(bars) > 5
    assert set(Outcome.objects.values_list("state", "entry_time", "settled_at")) == {("unscored", None, NOW)}
    assert min(np.diff(bars)) >= 5


def test_a_version_begins_where_it_is_told_to():
    batch, instruments = make_venue()
    feed(batch, instruments, walk(26, 200))
    start = to_datetime(START + 120 * HOUR)
    version = add_strategy(text=BUSY, origin=start, at=NOW)

    told = generate(at=NOW)

    assert told.bars == 80
    assert min(Signal.objects.values_list("bar_time", flat=True)) > start
    first = explain(version=version, instrument=instruments[0], bar_time=start, side="long").side("long")
    assert first.roots[0].tree.parts[0].parts[0].warm_up == WarmUp(
        needed=3, existing=1, known_from=start + timedelta(hours=2)
    )
    with pytest.raises(NotExplainable, match="This version begins with the BTC/USDT bar of 2024-01-06 00:00"):
        explain(version=version, instrument=instruments[0], bar_time=start - timedelta(hours=1))


def test_a_draft_does_not_run_and_its_bars_can_be_explained():
    batch, instruments = make_venue()
    feed(batch, instruments, walk(26, 200))
    version = add_strategy(text=FOREVER, stage="draft", at=NOW)

    told = generate(at=NOW)
    found = explain(version=version, instrument=instruments[0], bar_time=to_datetime(START + 99 * HOUR))

    assert told == Generated()
    assert (found.as_known_at, found.sides[0].ending, found.sides[0].sentence) == (
        None,
        "not_evaluated",
        "`enter` is true with these candles. The bar has not been evaluated yet.",
    )
