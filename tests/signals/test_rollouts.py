"""A version takes over share by share; going back is one step."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from heliograph.market.wire import to_datetime
from heliograph.notices.models import Notice
from heliograph.signals.announce import Name
from heliograph.signals.errors import WrongStage
from heliograph.signals.generate import generate
from heliograph.signals.models import Evaluation, Progress, Rollout, Signal, StageChange, StrategyVersion
from heliograph.signals.rollouts import rollback
from heliograph.signals.strategies import add_strategy, promote, retire
from tests.signals.world import BUSY, HOUR, NOW, START, feed, make_venue, walk

pytestmark = pytest.mark.django_db
SYMBOLS = tuple(f"C{k:02d}/USDT" for k in range(12))
SECOND = BUSY.replace("cooldown = 3", "cooldown = 2")


def after(hours):
    return to_datetime(START + hours * HOUR)


@pytest.fixture
def world():
    """Twelve instruments, a live version and a shadow that may follow it."""
    batch, instruments = make_venue(symbols=SYMBOLS)
    bars = walk(61, 300, instruments=len(SYMBOLS))
    feed(batch, instruments, bars.slice(0, 60), at=after(60))
    first = add_strategy(text=BUSY, stage="live", at=after(60))
    second = add_strategy(text=SECOND, at=after(60))
    generate(at=after(60))
    return batch, instruments, bars, first, second


def play(world, start, stop):
    batch, instruments, bars, *_ = world
    for hour in range(start, stop, 2):
        feed(batch, instruments, bars.slice(hour, hour + 2), at=after(hour + 2))
        generate(at=after(hour + 2))


def stages():
    rows = StrategyVersion.objects.order_by("number")
    return [(row.stage, row.share_from, row.share_to) for row in rows]


def voices(since):
    """Who told of which instrument."""
    rows = Notice.objects.filter(topic="signal.published", created_at__gte=since)
    return {(row.payload["symbol"], row.payload["version"]) for row in rows}


def test_the_new_version_announces_its_share_and_the_former_one_the_rest(world):
    *_, first, second = world
    promote(second, share=25, at=after(60))

    play(world, 60, 160)

    told = voices(after(60))
    places = {symbol: Name("file", symbol).place for symbol in SYMBOLS}
    assert stages() == [("live", 25, 100), ("live", 0, 25)]
    assert {version for symbol, version in told if places[symbol] < 25} == {2}
    assert {version for symbol, version in told if places[symbol] >= 25} == {1}
    # Both are scored everywhere.
    assert Signal.objects.filter(version=first).count() > 50
    assert Signal.objects.filter(version=second).count() > 50
    assert Rollout.objects.values_list("candidate", "former", "share", "state").get() == (
        second.pk,
        first.pk,
        25,
        "running",
    )


def test_a_larger_share_holds_the_smaller_one_and_the_whole_retires_the_former(world):
    *_, first, second = world
    for share in (25, 75, 50):
        promote(second, share=share, at=after(60))
        assert stages() == [("live", share, 100), ("live", 0, share)]
    promote(second, at=after(61))

    assert stages() == [("retired", 0, 100), ("live", 0, 100)]
    assert Rollout.objects.values_list("state", "ended_at").get() == ("completed", after(61))
    changes = StageChange.objects.filter(version=second).order_by("pk")
    assert [(row.from_stage, row.to_stage, row.share) for row in changes] == [
        ("shadow", "live", 25),
        ("live", "live", 75),
        ("live", "live", 50),
        ("live", "live", 100),
    ]
    assert StageChange.objects.filter(version=first).last().reason == "v2 took over"


def test_the_database_lets_no_two_versions_announce_the_same_instrument(world):
    *_, second = world

    with pytest.raises(IntegrityError, match="one_live_voice"), transaction.atomic():
        StrategyVersion.objects.filter(pk=second.pk).update(stage="live")


def test_a_share_needs_a_version_that_announces_the_rest_and_one_rollout_is_enough(world):
    *_, second = world
    third = add_strategy(text=BUSY.replace("cooldown = 3", "cooldown = 5"), at=after(60))
    alone = add_strategy(text=BUSY.replace('"Busy"', '"Alone"'), at=after(60))
    promote(second, share=10, at=after(60))

    with pytest.raises(WrongStage, match="Busy v2 is being rolled out; promote it whole or roll it back"):
        promote(third, share=10, at=after(60))
    with pytest.raises(WrongStage, match="Busy v4: Busy v2 is being rolled out"):
        add_strategy(text=BUSY.replace("cooldown = 3", "cooldown = 6"), stage="live", at=after(60))
    with pytest.raises(WrongStage, match="no other version is live that could announce the rest"):
        promote(alone, share=10, at=after(60))


def test_rolling_back_a_rollout_gives_the_former_version_all_again(world):
    *_, first, second = world
    promote(second, share=25, at=after(60))
    play(world, 60, 100)

    back = rollback(first.strategy, reason="it misbehaves", at=after(100))
    play(world, 100, 160)

    assert (back, stages()) == (first, [("live", 0, 100), ("retired", 0, 100)])
    assert Rollout.objects.values_list("state", "reason").get() == ("rolled_back", "it misbehaves")
    assert {version for _, version in voices(after(101))} == {1}
    with pytest.raises(WrongStage, match="no version of it was live before"):
        rollback(add_strategy(text=BUSY.replace('"Busy"', '"Alone"'), at=NOW).strategy, at=NOW)


def test_a_version_that_is_opened_again_catches_up_silently_and_then_goes_on(world):
    *_, first, second = world
    promote(second, at=after(60))
    play(world, 60, 160)
    told = Notice.objects.count()
    assert (
        Progress.objects.get(version=first).watermarks[0] < Progress.objects.get(version=second).watermarks[0]
    )

    rollback(first.strategy, at=after(160))
    generate(at=after(160))

    assert stages() == [("live", 0, 100), ("retired", 0, 100)]
    assert Notice.objects.count() == told
    missed = Signal.objects.filter(version=first, bar_time__gte=after(100), bar_time__lt=after(160))
    assert set(missed.values_list("historical", flat=True)) == {True}
    play(world, 160, 260)
    assert {version for _, version in voices(after(161))} == {1}
    bars = sum(Evaluation.objects.filter(version=first, kind="advance").values_list("bars", flat=True))
    assert bars == 12 * 260


def test_retiring_one_of_the_two_gives_the_other_all(world):
    *_, first, second = world
    promote(second, share=40, at=after(60))
    retire(second, at=after(60))
    assert stages() == [("live", 0, 100), ("retired", 0, 100)]
    assert Rollout.objects.get().state == "rolled_back"

    third = promote(
        add_strategy(text=BUSY.replace("cooldown = 3", "cooldown = 5"), at=after(60)), share=40, at=NOW
    )
    retire(first, at=NOW)

    assert stages()[0] == ("retired", 0, 100)
    assert stages()[2] == ("live", 0, 100)
    assert third.rollouts.get().state == "completed"


def test_a_change_of_stage_fences_the_steps_that_are_under_way(world):
    """They were judged by the old stage: neither may they publish nor announce any more."""
    batch, instruments, bars, first, second = world
    feed(batch, instruments, bars.slice(60, 70), at=after(70))
    known = Signal.objects.filter(version=second).count()

    generate(at=after(70), on_step=lambda told: retire(second, at=after(70)))
    steps = list(Evaluation.objects.filter(started_at=after(70)).values_list("version", "bars"))
    generate(at=after(71))

    assert steps == [(first.pk, 12 * 10)]
    assert Signal.objects.filter(version=second).count() == known


def test_who_was_retired_while_its_shards_were_looked_for_tells_nothing(world):
    """The versions are read first, then their shards: between both another takes over."""
    batch, instruments, bars, first, second = world
    feed(batch, instruments, bars.slice(60, 100), at=after(100))
    there = Signal.objects.count()
    as_read = StrategyVersion.objects.get(pk=first.pk)
    promote(second, at=after(60))

    generate(at=after(100), versions=[as_read])

    assert (Signal.objects.count(), Notice.objects.count()) == (there, 0)
    generate(at=after(100))
    assert {version for _, version in voices(after(60))} == {2}


@pytest.mark.parametrize("is_taker_ahead", [True, False])
def test_each_signal_is_announced_once_whoever_is_ahead_when_shares_change(world, is_taker_ahead):
    """Two versions that publish the same: at each change one of them has evaluated more than the other."""
    batch, instruments, bars, first, _ = world
    twin = add_strategy(
        text=BUSY.replace("slippage_bps = 5", "slippage_bps = 5\nfee_pct = 0.2"), at=after(60)
    )
    generate(at=after(60))
    taking = [(twin, 30), (twin, 80), (first, 40), (twin, 90)]

    for change, (taker, share) in enumerate(taking):
        start = 60 + 22 * change
        play((batch, instruments, bars), start, start + 20)
        feed(batch, instruments, bars.slice(start + 20, start + 22), at=after(start + 22))
        ahead = taker if is_taker_ahead else (first if taker == twin else twin)
        generate(at=after(start + 22), versions=[StrategyVersion.objects.get(pk=ahead.pk)])
        promote(twin, share=share, at=after(start + 22))
        generate(at=after(start + 22))
    rollback(first.strategy, at=after(150))

    published = Signal.objects.filter(version=twin, state="published", bar_time__gte=after(60))
    due = sorted(published.values_list("instrument__symbol", "bar_time", "side"))
    told = Notice.objects.filter(topic="signal.published").values_list("payload", flat=True)
    assert len(due) > 50
    assert (
        sorted((one["symbol"], datetime.fromisoformat(one["bar_time"]), one["side"]) for one in told) == due
    )
