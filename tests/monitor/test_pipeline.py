"""Faults of the work are planted in rows and queues, and seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F

from heliograph.fleet import nodes
from heliograph.fleet.models import Job, Node, Rescue, Ring, Work
from heliograph.market.models import Candle, Feed, Instrument, Replay, Series, Venue, Watch
from heliograph.market.wire import to_datetime
from heliograph.monitor.behind import shards_behind
from heliograph.monitor.measure import Definition, known
from heliograph.monitor.models import Sample, Traffic
from heliograph.monitor.probes.market import COVERAGE, SERIES
from heliograph.monitor.queries import course, newest_looks
from heliograph.monitor.store import roll_up, write
from heliograph.monitor.take import keep_look, measure_for_answer
from heliograph.monitor.traffic import GONE, tell
from heliograph.notices.models import Channel, Delivery, Notice, Sending
from heliograph.signals.generate import generate
from heliograph.signals.models import (
    Evaluation,
    Outcome,
    OutcomeRevision,
    Postponement,
    Progress,
    Signal,
    StageChange,
    StrategyVersion,
)
from heliograph.signals.strategies import add_strategy
from heliograph.workers.schedule import Every
from tests.monitor.looking import GROUND, HOUR, MINUTE, NOON, look_at, values
from tests.signals.test_announce import play
from tests.signals.world import BUSY, START, feed, make_venue, walk
from tests.signals.world import HOUR as HOUR_MS

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_node_that_falls_silent_is_lost_and_its_concern_unserved():
    assert values("workers", "workers_alive") == ["no worker has registered; commands need none"]
    for name, queues in (("one", ["generate"]), ("two", ["notices"])):
        nodes.register(name, queues=queues, capacity=1, at=NOON - 5 * MINUTE)
        nodes.beat(name, outstanding=2, at=NOON - SECOND)
    names = ("workers_alive", "workers_unserved_queues", "workers_lost", "workers_outstanding")
    assert values("workers", *names) == [2, 0, 0, 4]

    Node.objects.filter(name="two").update(heartbeat_at=NOON - MINUTE)
    assert values("workers", *names) == [1, 1, 1, 2]
    assert look_at("workers")["workers_unserved_queues"].note == "notices"
    nodes.leave("one")
    assert values("workers", *names) == [0, 2, 1, 0]
    Rescue.objects.create(concern="generate", reason="lost", pieces=7, at=NOON)
    assert values("workers", "workers_rescued") == [7]


def test_a_line_of_the_timetable_that_is_not_rung_is_overdue():
    lines = {"a": Every(10).next, "b": Every(600).next}
    names = ("timetable_lines", "timetable_overdue", "timetable_lag_seconds")
    (nothing,) = values("timetable", names[2], timetable=lambda: lines)
    assert nothing == "nothing was ever rung here; commands need no timetable"
    for name in lines:
        Ring.objects.create(name=name, due_at=NOON, epoch=1, rung_at=NOON)
    for ahead, expected in ((14, [2, 0, 0]), (40, [2, 1, 30]), (700, [2, 2, 690])):
        at = NOON + ahead * SECOND
        assert values("timetable", *names, timetable=lambda: lines, at=at) == expected
    found = look_at("timetable", timetable=lambda: lines, at=NOON + 40 * SECOND)
    assert found["timetable_lag_seconds"].note == "a"
    lines["never rung"] = Every(60).next
    assert values("timetable", names[1], timetable=lambda: lines, at=NOON) == [1]


def test_depths_are_those_of_the_queues_and_unknown_where_none_answers():
    found = look_at("queues", depths=lambda: {"generate": 3, "notices": 4})
    assert (found["queues_depth", "generate"].value, found["queues_messages"].value) == (3, 7)

    def refuse():
        raise ConnectionError("no broker")

    assert values("queues", "queues_messages", depths=refuse) == ["ConnectionError: no broker"]


def test_what_waits_too_long_is_seen_in_rows():
    names = ("queues_ingest_age_seconds", "queues_research_age_seconds", "queues_parked_work")
    assert values("queues", *names) == [0, 0, 0]
    _, (instrument,) = make_venue(kind=Venue.Kind.EXCHANGE)
    watch = {"instrument": instrument, "timeframe": "1h", "since": NOON, "created_at": NOON - HOUR}
    Watch.objects.create(**watch, due_at=NOON - 90 * SECOND)
    Job.objects.create(kind="a", title="waits", created_at=NOON - HOUR)
    leased = {"leased_until": NOON + MINUTE, "state": Job.State.RUNNING}
    Job.objects.create(kind="a", title="runs", created_at=NOON - 9 * HOUR, **leased)
    Work.objects.create(kind="generate", key="shard:1", state=Work.State.PARKED, started_at=NOON)
    assert values("queues", *names) == [90, 3600, 1]
    assert look_at("queues")["queues_parked_work"].note == "shard:1"


def live_world(bars=62):
    """A live version that was evaluated for sixty hours, and bars of two more."""
    batch, instruments = make_venue(symbols=("A/USDT", "B/USDT"))
    made = walk(41, bars, instruments=2)
    at = to_datetime(START + 60 * HOUR_MS)
    feed(batch, instruments, made.slice(0, 60), at=at)
    add_strategy(text=BUSY, stage="live", at=at)
    generate(at=at)
    return batch, instruments, made


def test_bars_that_nobody_evaluates_are_seen_and_from_the_second_on_break_an_invariant():
    batch, instruments, made = live_world()
    names = ("queues_generate_age_seconds", "queues_generate_due")
    breach = "invariants_unevaluated_versions"
    at = [to_datetime(START + (60 + hours) * HOUR_MS) for hours in range(4)]
    assert (values("queues", *names, at=at[0]), values("invariants", breach, at=at[0])) == ([0, 0], [0])

    feed(batch, instruments, made.slice(60, 61), at=at[1])
    later = at[1] + 5 * MINUTE
    assert (values("queues", *names, at=later), values("invariants", breach, at=later)) == ([300, 1], [0])

    feed(batch, instruments, made.slice(61, 62), at=at[2])
    assert values("queues", *names, at=at[2]) == [3600, 1]
    found = look_at("invariants", at=at[2])[breach]
    assert (found.value, found.note) == (1, "Busy v1")
    # A worker is at it, step by step; or the version is live since then: before, it waited for nobody.
    Progress.objects.update(updated_at=at[2] - MINUTE / 2)
    assert (values("queues", *names, at=at[2]), values("invariants", breach, at=at[2])) == ([3600, 1], [0])
    Progress.objects.update(updated_at=at[0])
    changed = {"from_stage": "draft", "to_stage": "live", "share": 100, "at": at[2] - MINUTE / 2}
    StageChange.objects.create(version=StrategyVersion.objects.get(), **changed)
    assert (values("queues", *names, at=at[2]), values("invariants", breach, at=at[2])) == ([30, 1], [0])
    # A worker that looked found that something is not there yet.
    shard = Progress.objects.get().pk
    seen = {"looked": lambda shards: {shard: at[2]}, "at": at[2]}
    assert (values("queues", *names, **seen), values("invariants", breach, **seen)) == ([0, 0], [0])
    looked_at = {"looked_at": at[3], "gates": {}, "reason": "", "since": at[1], "clock": at[1]}
    held = Postponement.objects.create(progress_id=shard, **looked_at)
    assert (values("queues", *names, at=at[2]), values("invariants", breach, at=at[2])) == ([0, 0], [0])
    held.delete()

    generate(at=at[3])
    assert (values("queues", *names, at=at[3]), values("invariants", breach, at=at[3])) == ([0, 0], [0])
    assert shards_behind(GROUND) == []


def test_a_signal_that_no_notice_tells_of_breaks_an_invariant():
    batch, instruments, made = live_world(bars=200)
    play(batch, instruments, made, start=60, stop=200)
    signal = Signal.objects.filter(state="published", historical=False, late=False).order_by("pk").last()
    assert signal.created_at - signal.bar_time == HOUR
    at, names = (
        signal.created_at + MINUTE,
        ("invariants_unannounced_signals", "invariants_unfollowed_signals"),
    )
    assert values("invariants", *names, at=at) == [0, 0]

    Notice.objects.filter(topic="signal.published").delete()
    count = Signal.objects.filter(
        state="published", historical=False, late=False, created_at__gt=at - HOUR
    ).count()
    assert (count > 0, values("invariants", *names, at=at)) == (True, [count, 0])


def test_steps_rejects_and_outcomes_are_measured_from_what_generation_leaves():
    batch, instruments, made = live_world(bars=200)
    nothing = "nothing to measure: no bar was evaluated in the last 15 minutes"
    assert values("generation", "generation_step_p95_seconds", at=NOON) == [nothing]
    play(batch, instruments, made, start=60, stop=200)
    rejected = Signal.objects.filter(state="rejected", historical=False).order_by("pk").last()
    at = rejected.created_at + MINUTE
    found = look_at("generation", at=at)
    steps = Evaluation.objects.filter(started_at__gt=at - 15 * MINUTE)
    assert (found["generation_steps"].value, found["generation_bars"].value) == (
        steps.count(),
        sum(steps.values_list("bars", flat=True)),
    )
    assert found["generation_step_p95_seconds"].value > 0
    assert found["generation_rejected", rejected.reason].value >= 1
    assert look_at("generation", at=at + HOUR)["generation_rejected", rejected.reason].value == 0

    settled = Outcome.objects.filter(state="settled", signal__historical=False).order_by("exit_time").last()
    at = settled.settled_at + MINUTE
    names = ("outcomes_settling_lag_seconds", "outcomes_differing_ratio")
    assert values("outcomes", *names, at=at) == [0, 0]
    bar = Candle.objects.filter(instrument=settled.instrument_id, open_time=settled.exit_time)
    bar.update(recorded_at=settled.settled_at - 30 * MINUTE)
    OutcomeRevision.objects.create(signal_id=settled.pk, state="settled", cause="a correction", found_at=at)
    newest_100 = Outcome.objects.filter(state="settled").order_by("-exit_time", "-signal")[:100]
    live = sum(not outcome.signal.historical for outcome in newest_100)
    assert values("outcomes", *names, at=at) == [1800, pytest.approx(1 / live)]


def test_what_a_replay_of_published_signals_gives_otherwise_is_seen():
    names = ("outcomes_replayed", "outcomes_replay_sample_differences", "outcomes_replay_differences")
    nothing = "no shard that can be replayed was evaluated"
    assert values("outcomes", *names) == [nothing] * 3
    batch, instruments, made = live_world(bars=200)
    play(batch, instruments, made, start=60, stop=200)
    at = to_datetime(START + 201 * HOUR_MS)
    for turn in range(2):
        found = values("outcomes", *names, at=at + turn * 5 * MINUTE)
        assert (found[0] > 20, found[1:]) == (True, [0, 0])

    # A candle that changes without a word: not as candles are corrected.
    published = Signal.objects.filter(state="published", instrument=instruments[0]).order_by("bar_time")
    bars = Candle.objects.filter(instrument=instruments[0], open_time__gte=published[3].bar_time)
    bars.update(close=F("close") * 1.2, high=F("high") * 1.3)
    turns = [at + turn * 5 * MINUTE for turn in range(2)]
    found = [values("outcomes", *names, at=moment) for moment in turns]
    assert sorted(one[1] > 0 for one in found) == [False, True]
    moment = turns[[one[1] > 0 for one in found].index(True)]
    write(list(look_at("outcomes", at=moment).values()), at=moment, spent_ms=1)
    roll_up(at=moment + 2 * MINUTE)
    # The next look is at another instrument; what was seen is not forgotten by it.
    sampled, worst = values("outcomes", *names[1:], at=moment + 5 * MINUTE)
    assert (sampled, worst > 0) == (0, True)


def test_candles_that_do_not_come_or_are_corrected_or_lack_are_seen():
    batch, instruments = make_venue(kind=Venue.Kind.EXCHANGE, symbols=("A/USDT", "B/USDT"))
    at = to_datetime(START + 50 * HOUR_MS)
    made = walk(1, 50, instruments=2)
    feed(batch, instruments, made, at=at)
    names = ("market_awaited_series", "market_stale_ratio", "market_behind_bars", "market_revised_bars")
    for instrument in instruments:
        watch = Watch.objects.create(instrument=instrument, timeframe="1h", since=at, created_at=at)
        Feed.objects.create(watch=watch, venue=batch.venue, symbol=instrument.symbol)
    assert values("market", *names, at=at) == [2, 0, 0, 0]
    Series.objects.filter(instrument=instruments[0]).update(last_open=at - 4 * HOUR)
    assert values("market", *names, at=at) == [2, 0.5, 3, 0]
    assert look_at("market", at=at)["market_stale_ratio"].note == "1 of 2: A/USDT 1h at file"
    Series.objects.update(last_open=at - HOUR)

    feed(batch, instruments, walk(2, 50, instruments=2).slice(10, 13), at=at)
    assert values("market", *names, at=at) == [2, 0, 0, 6]
    assert values("market", names[3], at=at + HOUR) == [0]
    Feed.objects.filter(symbol="B/USDT").update(failures=3)
    assert values("market", "market_failing_feeds_ratio", at=at) == [0.5]
    # Each is tried three times: one that was asked twice and is silent for so long fails as well.
    for facts, share in (
        ({"failures": 2, "answered_at": at - 2 * MINUTE}, 0.5),
        ({"failures": 1, "answered_at": at - 2 * MINUTE}, 0),
        ({"failures": 2, "answered_at": at - MINUTE / 2}, 0),
    ):
        Feed.objects.filter(symbol="B/USDT").update(**facts)
        assert values("market", "market_failing_feeds_ratio", at=at) == [share]

    names = ("market_coverage_ratio", "market_coverage_least_ratio", "market_series")
    assert values("market", *names, at=at) == [1, 1, 2]
    Series.objects.filter(instrument=instruments[1]).update(bars=40)
    assert values("market", *names, at=at) == [0.9, 0.8, 2]
    assert values("market", *names[:1], at=at + 9 * HOUR) == [0.9]


def test_a_replay_that_stands_still_is_seen():
    venue = Venue.objects.create(name="replay", kind=Venue.Kind.REPLAY)
    Instrument.objects.create(venue=venue, symbol="A/USDT")
    assert "market_replay_lag_seconds" not in look_at("market")
    Replay.objects.create(
        venue=venue,
        sample="a",
        timeframe="1m",
        seconds_per_bar=2,
        position=NOON,
        ends_at=NOON + HOUR,
        played_at=NOON - 32 * SECOND,
        started_at=NOON,
    )
    assert values("market", "market_replay_lag_seconds") == [30]


def test_notices_that_wait_or_fail_are_seen():
    names = ("notices_lag_seconds", "notices_failing_channels_ratio", "notices_failed_ratio")
    assert values("notices", *names) == [0, 0, "nothing was sent in the last hour"]
    facts = {"topic": "signal.published", "payload": {}, "created_at": NOON - 40 * SECOND}
    Notice.objects.create(subject="a", **facts)
    assert values("notices", names[0]) == [40]

    channel = Channel.objects.create(name="desk", kind="log", created_at=NOON)
    notice = Notice.objects.create(subject="b", spread=True, **facts)
    waiting = Delivery.objects.create(notice=notice, channel=channel, not_before=NOON - 70 * SECOND)
    assert values("notices", names[0], "notices_waiting") == [70, 1]
    Channel.objects.update(rests_until=NOON + MINUTE, failures=2)
    assert values("notices", *names[:2]) == [40, 1]
    Delivery.objects.filter(pk=waiting.pk).update(not_before=NOON + HOUR)

    sending = {"channel": channel, "topic": "a", "subject": "b", "created_at": NOON, "not_before": NOON}
    one = Sending.objects.create(key="1", made_at=NOON - HOUR, state="failed", **sending)
    one.log.create(at=NOON - MINUTE, seconds=0.5, result="sent")
    one.log.create(at=NOON - MINUTE, seconds=3.5, result="unreached")
    told = values("notices", "notices_failed_ratio", "notices_send_seconds", "notices_given_up")
    assert told == [0.5, 3.5, 1]


def test_a_look_keeps_what_is_due_with_the_score_and_rolls_up():
    tell("one that is gone", {"page 2xx": 3}, {"steps": {}, "failed": 0}, at=NOON - MINUTE)
    first = keep_look(GROUND)
    assert first.weakest is not None
    for seconds in (15, 30, 61):
        again = keep_look(replace(GROUND, at=NOON + seconds * SECOND))
    names = ("database_up", "market_series", "health_score", "workers_alive")
    found = newest_looks({(name,): 2 * MINUTE for name in names}, at=NOON + 61 * SECOND)
    kept = {one.name: one for one in found}
    assert kept["database_up"].at == NOON + 61 * SECOND
    # Looked at every five minutes; it counts as it was.
    assert kept["market_series"].at == NOON
    assert {part.name for part in again.parts} == {part.name for part in first.parts}
    assert kept["health_score"].value == pytest.approx(again.score)
    assert kept["workers_alive"].reason == "no worker has registered; commands need none"
    (minute,) = course("health_score", since=NOON, until=NOON + HOUR, layer="minute")
    looks = [point.last for point in course("health_score", since=NOON, until=NOON + 59 * SECOND)]
    assert (minute.least, minute.most, minute.last) == (min(looks), max(looks), looks[-1])
    assert Sample.objects.count() == 4
    assert Traffic.objects.values_list("process", "counts").get() == (GONE, {"page 2xx": 3})


def test_what_another_process_found_counts_from_its_look_on():
    keep_look(GROUND)
    scores = []
    # None of these looks at coverage: it counts as it was found last, by whomever.
    for seconds, found in ((15, None), (30, 0.89), (45, None), (60, 0.935)):
        if found:
            write([known(COVERAGE, found)], at=NOON + (seconds - 5) * SECOND, spent_ms=1)
        health = keep_look(replace(GROUND, at=NOON + seconds * SECOND))
        scores += [part.score for part in health.parts if part.name == "market"]
    # From 0.8 to 0.98.
    assert scores == [None, pytest.approx(50), pytest.approx(50), pytest.approx(75)]


def test_what_another_version_told_by_other_labels_is_passed_over():
    keep_look(GROUND)
    before = Definition(SERIES.name, "count", "stored series", labels=("venue",))
    write([known(before, 7, venue="a")], at=NOON + 20 * SECOND, spent_ms=1)

    keep_look(replace(GROUND, at=NOON + 30 * SECOND))

    assert Sample.objects.count() == 3


def test_who_is_asked_for_an_answer_tells_of_costly_things_as_they_were_kept():
    keep_look(GROUND)
    make_venue()
    feed(*make_venue("other", symbols=("A/USDT",)), walk(1, 5))
    for seconds, series in ((30, 0), (660, 1)):
        found = measure_for_answer(replace(GROUND, at=NOON + seconds * SECOND))
        named = [one.name for one in found if not one.labels]
        assert len(named) == len(set(named))
        assert {one.name: one.value for one in found}["market_series"] == series
