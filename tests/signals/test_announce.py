"""Who is told of what: notices stand beside the signals that they speak of."""

from datetime import timedelta

import pytest

from heliograph.market.models import Instrument
from heliograph.market.wire import to_datetime, to_ms
from heliograph.notices.models import Notice
from heliograph.signals.announce import Name, subject_of
from heliograph.signals.generate import generate
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.settle import settle
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy, promote, retire
from tests.signals.test_amend import corrected
from tests.signals.world import BUSY, HOUR, NOW, START, feed, make_venue, walk

pytestmark = pytest.mark.django_db
SYMBOLS = ("A/USDT", "B/USDT", "C/USDT")


def play(batch, instruments, bars, *, start, stop):
    """Bar by bar, each evaluated when it is over."""
    for hour in range(start, stop):
        at = to_datetime(START + (hour + 1) * HOUR)
        feed(batch, instruments, bars.slice(hour, hour + 1), at=at)
        generate(at=at)


def live_world(*, stage="live", bars=260):
    batch, instruments = make_venue(symbols=SYMBOLS)
    made = walk(41, bars, instruments=3)
    feed(batch, instruments, made.slice(0, 60))
    return batch, instruments, made, add_strategy(text=BUSY, stage=stage, at=NOW)


def subjects(topic):
    return set(Notice.objects.filter(topic=topic).values_list("subject", flat=True))


def subject(row):
    name = Name(row.instrument.venue.name, row.instrument.symbol)
    return subject_of(row.version, name, row.bar_time, row.side)


def told_of(rows):
    return {subject(row) for row in rows.select_related("version__strategy", "instrument__venue")}


def test_a_live_versions_new_signals_and_their_ends_are_told_once():
    batch, instruments, bars, _ = live_world()

    play(batch, instruments, bars, start=60, stop=260)

    fresh = Signal.objects.filter(state="published", historical=False)
    ended = fresh.exclude(outcome__state__in=Outcome.RUNNING)
    assert Signal.objects.filter(state="published", historical=True).exists()
    assert len(told_of(fresh)) > 10
    assert subjects("signal.published") == told_of(fresh)
    assert subjects("signal.settled") == told_of(ended)
    assert Notice.objects.count() == fresh.count() + ended.count()


def test_a_notice_says_all_by_itself():
    batch, instruments, bars, _ = live_world()
    play(batch, instruments, bars, start=60, stop=260)
    signal = Signal.objects.filter(historical=False, outcome__state="settled", outcome__parts__len=2).first()
    signal = signal or Signal.objects.filter(historical=False, outcome__state="settled").first()
    outcome = signal.outcome

    begun, ended = Notice.objects.filter(subject=subject(signal)).order_by("pk")

    said = {
        "strategy": "Busy",
        "version": 1,
        "venue": "file",
        "symbol": signal.instrument.symbol,
        "timeframe": "1h",
        "side": signal.side,
        "bar_time": iso(signal.bar_time),
        "close": signal.close,
        "stop": signal.stop,
        "targets": signal.targets,
        "confidence": signal.confidence,
        "reward_risk": signal.reward_risk,
    }
    names = ("state", "entry_price", "exit_price", "exit_reason", "r", "return_pct", "fees_pct")
    told = {name: getattr(outcome, name) for name in (*names, "mfe_r", "mae_r", "bars_held")}
    parts = [part | {"time": iso(to_datetime(part["time"]))} for part in outcome.parts]
    times = {name: iso(getattr(outcome, name)) for name in ("entry_time", "exit_time")}
    assert (begun.topic, begun.payload) == ("signal.published", said)
    assert (ended.topic, ended.payload) == (
        "signal.settled",
        said | {"outcome": told | times | {"parts": parts}},
    )
    assert begun.subject == f"signal:Busy@1:file:{signal.instrument.symbol}:{said['bar_time']}:{signal.side}"


def iso(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("stage", ["shadow", "draft"])
def test_a_version_that_is_not_live_tells_nothing(stage):
    batch, instruments, bars, _ = live_world(stage=stage)

    play(batch, instruments, bars, start=60, stop=200)

    assert Notice.objects.count() == 0


def test_what_was_found_late_is_not_told_nor_is_its_end():
    batch, instruments, bars, _ = live_world()
    generate(at=NOW)
    feed(batch, instruments, bars.slice(60, 260))

    generate(at=to_datetime(START + 260 * HOUR) + timedelta(hours=3))

    assert Signal.objects.filter(late=True, outcome__state="settled").exists()
    assert Notice.objects.count() == 0


def test_after_promotion_only_what_begins_then_is_told_with_its_end():
    batch, instruments, bars, version = live_world(stage="shadow")
    play(batch, instruments, bars, start=60, stop=160)
    known = set(Signal.objects.values_list("pk", flat=True))
    running = set(Outcome.objects.filter(state__in=Outcome.RUNNING).values_list("signal", flat=True))
    assert running

    promote(version, at=NOW)
    play(batch, instruments, bars, start=160, stop=260)

    fresh = Signal.objects.filter(state="published").exclude(pk__in=known)
    assert not Outcome.objects.filter(signal__in=running, state__in=Outcome.RUNNING).exists()
    assert subjects("signal.published") == told_of(fresh)
    assert subjects("signal.settled") == told_of(fresh.exclude(outcome__state__in=Outcome.RUNNING))


def test_a_retired_version_still_tells_how_what_it_told_has_ended():
    batch, instruments, bars, version = live_world()
    play(batch, instruments, bars, start=60, stop=160)
    begun = subjects("signal.published")
    assert subjects("signal.settled") < begun

    retire(version, at=NOW)
    play(batch, instruments, bars, start=160, stop=260)

    assert subjects("signal.published") == begun == subjects("signal.settled")


def test_repeats_and_restarts_tell_nothing_twice():
    batch, instruments, bars, _ = live_world()
    play(batch, instruments, bars, start=60, stop=120)
    for hour in range(120, 200):
        MEMORY.clear()
        play(batch, instruments, bars, start=hour, stop=hour + 1)
        generate(at=to_datetime(START + (hour + 1) * HOUR))

    fresh = Signal.objects.filter(state="published", historical=False)
    assert Notice.objects.filter(topic="signal.published").count() == fresh.count() > 5


ANY_TIME = """
name = "Any time"
timeframe = "1h"
[long]
enter = "close > 0"
stop = "close * 0.001"
expires = 5
"""


def test_the_end_of_a_delisted_instruments_signal_is_told_without_a_price():
    batch, instruments = make_venue()
    bars = walk(24, 10)
    feed(batch, instruments, bars.slice(0, 1))
    add_strategy(text=ANY_TIME, stage="live", at=NOW)
    play(batch, instruments, bars, start=1, stop=8)
    soon = to_datetime(START + 8 * HOUR)
    Instrument.objects.update(delisted_at=soon)

    settle(at=soon)

    # One ended by itself; of the first nobody was told, since it began in history.
    states = list(
        Notice.objects.filter(topic="signal.settled").values_list("payload__outcome__state", flat=True)
    )
    unresolved = Notice.objects.get(payload__outcome__state="unresolved").payload["outcome"]
    assert states == ["unresolved"]
    assert (unresolved["exit_time"], unresolved["exit_price"], unresolved["r"]) == (None, None, None)


def test_a_long_name_still_makes_a_subject_of_its_own():
    batch, instruments = make_venue(symbols=("VERY/LONG:NAME-" + "9" * 40,))
    version = add_strategy(text=BUSY.replace('"Busy"', f'"{"B" * 80}"'), at=NOW)
    name = Name(batch.venue.name, instruments[0].symbol)

    one, other = (subject_of(version, name, to_datetime(START + k * HOUR), "long") for k in (0, 1))

    assert (len(one) <= 128, one == other) == (True, False)


def test_a_revision_is_told_behind_the_end_that_it_revises_and_only_to_whom_was_told_of_the_signal():
    batch, instruments, bars, _ = live_world()
    play(batch, instruments, bars, start=60, stop=200)
    settled = Signal.objects.filter(historical=False, outcome__state="settled", instrument=instruments[0])
    lower = bars.slice(0, 200)
    for signal in settled.select_related("outcome"):
        lower = corrected(lower, (to_ms(signal.outcome.exit_time) - START) // HOUR, 0.9)
    at = to_datetime(START + 201 * HOUR)
    feed(batch, instruments, lower, at=at)

    generate(at=at)

    published = subjects("signal.published")
    expected = {}
    for signal in Signal.objects.filter(revisions__isnull=False).distinct():
        for number, one in enumerate(signal.revisions.order_by("pk"), 1):
            before = signal.revisions.order_by("pk")[number - 2] if number > 1 else signal.outcome
            if subject(signal) in published:
                expected[f"{subject(signal)}:{number}"] = (
                    one.state,
                    one.r,
                    before.state,
                    before.r,
                    one.cause,
                )
    said = {
        notice.subject: (
            notice.payload["outcome"]["state"],
            notice.payload["outcome"]["r"],
            notice.payload["before"]["state"],
            notice.payload["before"]["r"],
            notice.payload["cause"],
        )
        for notice in Notice.objects.filter(topic="signal.revised")
    }
    assert expected
    assert said == expected
    for notice in Notice.objects.filter(topic="signal.revised"):
        of = notice.subject.rpartition(":")[0]
        ends = Notice.objects.filter(topic="signal.settled", subject=of)
        assert all(end.pk < notice.pk for end in ends)
