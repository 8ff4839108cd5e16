"""Rules name what they rest on; what was done is compared with what was before it."""

from datetime import timedelta

import numpy as np
import pytest

from heliograph.fleet.models import ScalingLook, Work
from heliograph.market.models import Feed, Instrument, Series, Unserved, Venue, Watch
from heliograph.monitor.advice.answer import dismiss, mark_done
from heliograph.monitor.advice.errors import AlreadyAnswered
from heliograph.monitor.advice.finding import Effect, Evidence, Finding
from heliograph.monitor.advice.look import look_for_advice
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.advice.queries import visible_to
from heliograph.monitor.advice.rules import RULES
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.measure import Definition, known
from heliograph.monitor.store import write
from heliograph.notices.models import Channel
from heliograph.signals.models import Outcome, Progress, Signal, StrategyVersion
from heliograph.signals.strategies import add_strategy
from tests.monitor.past import HOURS, NOON, keep_hours
from tests.signals.world import BUSY, NOW, make_venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def say(name, at=NOON):
    """What one rule says."""
    found = list(RULES[name](at))
    # What is not found any more is told by the name of its rule.
    assert {one.rule for one in found} <= {name}
    return found


def measured(at=NOON, **values):
    """A look at these measures."""
    write(
        [
            known(Definition(name, "ratio" if name.endswith("ratio") else "count", "x"), v)
            for name, v in values.items()
        ],
        at=at - timedelta(minutes=1),
        spent_ms=1,
    )


def numbers(finding):
    return {one.what: one.value for one in finding.evidence}


@pytest.fixture
def exchange():
    _, instruments = make_venue("kraken", kind=Venue.Kind.EXCHANGE, symbols=("A/USDT", "B/USDT", "C/USDT"))
    return instruments


def watch(instrument, newest, **others):
    made = Watch.objects.create(
        instrument=instrument, timeframe="1h", since=NOON - 90 * DAY, created_at=NOON - 90 * DAY, **others
    )
    Series.objects.create(
        instrument=instrument,
        timeframe="1h",
        first_open=NOON - 90 * DAY,
        last_open=newest,
        bars=500,
        updated_at=NOON,
    )
    return made


def test_instruments_that_are_dead_are_watched_no_more(exchange):
    measured(market_awaited_series=4, market_stale_ratio=0.5)
    silent, delisted, alive = exchange
    Instrument.objects.filter(pk=delisted.pk).update(delisted_at=NOON - 2 * DAY)
    watch(silent, NOON - 15 * DAY)
    # Where the whole venue is silent it is not the instrument.
    assert say("dead instrument") == []
    watch(alive, NOON - HOURS)
    gone = watch(delisted, NOON - 2 * DAY)

    first, second = say("dead instrument")

    assert first.command == "heliograph unwatch A/USDT --timeframe 1h --venue kraken"
    assert numbers(first) == {"newest candle": (NOON - 15 * DAY).isoformat(), "requests a day": 24}
    assert (first.effect.measure, first.effect.now, first.effect.expected) == (
        "market_stale_ratio",
        0.5,
        0.25,
    )
    assert (second.subject, second.why) == (f"watch {gone.pk}", "It was delisted.")
    Watch.objects.update(paused=True)
    assert say("dead instrument") == []


def test_a_source_that_fails_while_another_answers_is_put_behind_it(exchange):
    other = Venue.objects.create(name="binance", kind=Venue.Kind.EXCHANGE)
    for instrument in exchange[:2]:
        one = watch(instrument, NOON)
        facts = {"watch": one, "symbol": instrument.symbol}
        Feed.objects.create(**facts, venue=instrument.venue, failures=5, answered_at=NOON - DAY)
        Feed.objects.create(**facts, venue=other, answered_at=NOON)

    (found,) = say("stale source")

    assert found.title == "Ask binance before kraken"
    assert found.command == "heliograph watch A/USDT B/USDT --timeframe 1h --venue binance"
    assert numbers(found)["failures in a row"] == 5
    Feed.objects.filter(venue=other).update(failures=1)
    assert say("stale source") == []


def test_gaps_are_filled_by_an_exchange_that_lists_the_symbol(exchange):
    one = watch(exchange[0], NOON)
    Unserved.objects.create(
        watch=one,
        venue=one.instrument.venue,
        first_open=NOON,
        last_open=NOON,
        bars=500,
        tries=2,
        asked_at=NOON,
        not_before=NOON,
    )
    assert say("gaps") == []
    other = Venue.objects.create(name="binance", kind=Venue.Kind.EXCHANGE)
    Instrument.objects.create(venue=other, symbol="A/USDT")

    (found,) = say("gaps")

    assert found.command == "heliograph watch A/USDT --timeframe 1h --venue kraken --fallback binance"
    assert (numbers(found)["missing bars"], found.effect.basis) == (
        500,
        "of this series from 0.5000 to 1 at best",
    )


def test_a_level_that_forgets_what_is_asked_again_wants_room():
    hours = {
        "cache_evicted_total": np.array([0, 900, 1_800, 0, 700]),
        ("cache_hits_ratio", (("level", "memory"),)): np.full(5, 0.5),
    }
    keep_hours(hours)
    (found,) = say("cache")
    assert numbers(found) == {"entries evicted in a day": 2_500, "share of hits": 0.5}
    assert (found.effect.measure, found.effect.way) == ("cache_hits_ratio", "up")
    keep_hours({("cache_hits_ratio", (("level", "redis"),)): np.full(5, 0.5)})
    assert len(say("cache")) == 1


def test_what_is_full_within_a_month_wants_room():
    facts = {
        "kind": "space",
        "made_at": NOON,
        "low": [1.0],
        "mean": [2.0],
        "high": [3.0],
        "naive": [2.0],
        "coverage": 0.8,
    }
    soon = Forecast.objects.create(
        name="host_disk_free_bytes",
        labels={"host": "a"},
        **facts,
        full_early=NOON + 5 * DAY,
        full_mean=NOON + 9 * DAY,
    )
    Forecast.objects.create(name="redis_memory_ratio", **facts, full_mean=NOON + 31 * DAY)

    (found,) = say("full soon")

    assert (
        found.why == "By its trend it is full on 2026-06-10; in 80 of 100 cases between 2026-06-06 and never."
    )
    assert found.evidence[0] == Evidence(
        "full at", soon.full_mean.isoformat(), f"forecasts_forecast {soon.pk}"
    )
    assert (found.effect.way, found.effect.labels) == ("up", {"host": "a"})


def strategy(name="Busy", *, stage="live", text=BUSY):
    version = add_strategy(text=text.replace("Busy", name), stage="shadow", at=NOW)
    StrategyVersion.objects.filter(pk=version.pk).update(stage=stage)
    version.refresh_from_db()
    return version


def settle(version, instrument, r, *, until=NOON):
    """Signals of a version that settled one an hour; the newest result is the last."""
    signals = Signal.objects.bulk_create(
        Signal(
            version=version,
            instrument=instrument,
            bar_time=until - (len(r) - place) * HOURS,
            side="long",
            state="published",
            close=1,
            historical=False,
            created_at=until - (len(r) - place) * HOURS,
        )
        for place in range(len(r))
    )
    Outcome.objects.bulk_create(
        Outcome(
            signal=one,
            instrument=instrument,
            bar_time=one.bar_time,
            state="settled",
            r=float(value),
            return_pct=float(value),
            exit_time=one.bar_time,
            settled_at=one.bar_time,
        )
        for one, value in zip(signals, r, strict=True)
    )


def test_a_live_version_that_lost_what_it_had_is_retired_or_looked_at():
    _, (instrument, *_) = make_venue()
    dice = np.random.default_rng(1)
    steady, worse, bad = strategy("Steady"), strategy("Worse"), strategy("It's bad")
    settle(steady, instrument, dice.normal(size=200))
    settle(worse, instrument, np.concatenate([1.5 + dice.normal(size=100), 0.2 + dice.normal(size=30)]))
    settle(bad, instrument, np.concatenate([dice.normal(size=100), dice.normal(size=30) - 1.5]))

    found = {one.strategy_id: one for one in say("decayed strategy")}

    assert set(found) == {worse.strategy_id, bad.strategy_id}
    assert found[worse.strategy_id].command == "heliograph analytics --strategy Worse"
    assert found[bad.strategy_id].command == """heliograph strategy retire 'It'"'"'s bad'"""
    told = numbers(found[bad.strategy_id])
    assert told["difference, at most"] < 0
    assert (told["mean R of the last, signals"], told["mean R before, signals"]) == (30, 100)
    assert found[bad.strategy_id].effect.expected == 0


def test_a_version_in_shadow_that_brings_more_is_promoted():
    _, (instrument, *_) = make_venue()
    dice = np.random.default_rng(2)
    live = strategy()
    shadow = strategy(stage="shadow", text=BUSY.replace("cooldown = 3", "cooldown = 4"))
    marks = [int((NOON + n * DAY).timestamp() * 1000) for n in (-90, 1)]
    for version in (live, shadow):
        Progress.objects.filter(version=version).delete()
        Progress.objects.create(
            version=version,
            venue=instrument.venue,
            shard=0,
            instruments=[instrument.pk],
            origins=marks[:1],
            watermarks=marks[1:],
            historical_until=marks[:1],
            amendments=[0],
            updated_at=NOON,
        )
    settle(live, instrument, dice.normal(size=40))
    settle(shadow, instrument, dice.normal(size=29) + 2)
    assert say("better in shadow") == []
    settle(shadow, instrument, dice.normal(size=1) + 2, until=NOON + HOURS)

    (found,) = say("better in shadow")

    assert found.command == f"heliograph strategy promote Busy@{shadow.number}"
    assert numbers(found)["difference, at least"] > 0
    assert (found.strategy_id, found.effect.labels) == (live.strategy_id, {"version": str(live.pk)})


def test_a_version_that_publishes_nothing_is_looked_at():
    _, (instrument, *_) = make_venue()
    version = strategy()
    facts = {"origins": [0], "watermarks": [0], "historical_until": [0], "amendments": [0]}
    progress = Progress.objects.create(
        version=version,
        venue=instrument.venue,
        shard=0,
        instruments=[instrument.pk],
        **facts,
        updated_at=NOON,
    )
    (found,) = say("silent strategy")
    assert numbers(found) == {"newest signal": "none", "evaluated until": progress.updated_at.isoformat()}
    settle(version, instrument, [1.0])
    assert say("silent strategy") == []


def test_channels_that_cannot_be_reached_and_work_that_is_parked():
    channels = {"fine": {}, "weak": {"failures": 5}, "ended": {"enabled": False, "reason": "it is gone"}}
    for name, facts in channels.items():
        Channel.objects.create(name=name, kind="log", audience="person:7", created_at=NOON, **facts)
    measured(notices_failing_channels_ratio=0.5, queues_parked_work=1)

    ended, weak = say("failing channel")

    assert (ended.command, ended.why) == ("heliograph channel enable ended", "it is gone")
    assert (weak.command, weak.effect.now, weak.effect.expected) == ("heliograph channel test weak", 0.5, 0)
    assert {ended.audience, weak.audience} == {"person:7"}

    Work.objects.create(
        kind="generate", key="shard:7", state="parked", tries=3, error="broken", started_at=NOON
    )
    (parked,) = say("parked work")
    assert (parked.command, parked.why) == ("heliograph work retry shard:7", "It failed 3 times: broken")
    assert (parked.effect.now, parked.effect.expected) == (1, 0)


def test_the_number_of_workers_follows_what_the_policy_wished_for():
    def look(n, workers, wished):
        ScalingLook.objects.bulk_create(
            ScalingLook(
                pool="none",
                at=NOON - timedelta(minutes=minute),
                workers=workers,
                wished=wished,
                target=workers,
                reason="work is 40 s old",
                measured={"seconds_each": 2.0},
            )
            for minute in range(n)
        )

    look(59, 1, 3)
    assert say("workers") == []
    look(60, 1, 3)
    measured(generate_steps=0, generation_steps=1_200)
    keep_hours({"queues_generate_age_seconds": [20.0, 40.0]})

    (found,) = say("workers")

    assert found.title == "Run 3 workers instead of 1"
    assert numbers(found)["oldest due work (seconds)"] == 40
    # One worker cannot do 1.33 pieces a second of 2 s each. Of three, all are busy with the chance C: work
    # waits C * 2 / (3 - 2.67) s, where C = B / (1 - 0.89 (1 - B)) by Erlang's B = 0.3044.
    waits = 0.3044 / (1 - 8 / 9 * (1 - 0.3044)) * 2 / (3 - 8 / 3)
    assert found.effect.expected == pytest.approx(waits, rel=1e-3)
    assert "from without end to 4.8 s" in found.effect.basis


def finding(subject="a", **others):
    return Finding("test", subject, f"Do {subject}", "since", "do it", (Evidence("n", 1, "rows"),), **others)


def test_what_is_found_opens_once_is_renewed_and_is_over_when_it_is_not_found():
    said = [finding("a"), finding("b")]
    rules = {"test": lambda at: said}
    assert look_for_advice(at=NOON, rules=rules) == 2
    assert look_for_advice(at=NOON + HOURS, rules=rules) == 2
    del said[1]
    assert look_for_advice(at=NOON + 2 * HOURS, rules=rules) == 1

    first, second = Recommendation.objects.order_by("pk")
    assert (first.state, first.opened_at, first.seen_at) == ("open", NOON, NOON + 2 * HOURS)
    assert (second.state, second.seen_at, second.answered_at) == ("over", NOON + HOURS, NOON + 2 * HOURS)
    assert first.evidence == [{"what": "n", "value": 1, "source": "rows"}]


def test_a_rule_that_fails_ends_nothing_and_hides_no_other():
    def broken(at):
        raise ValueError("broken")

    rules = {"test": lambda at: [finding()], "other": lambda at: []}
    look_for_advice(at=NOON, rules=rules)
    look_for_advice(at=NOON + HOURS, rules=rules | {"test": broken, "more": lambda at: [finding("b")]})
    assert list(Recommendation.objects.order_by("pk").values_list("subject", "state")) == [
        ("a", "open"),
        ("b", "open"),
    ]


def test_what_was_dismissed_is_not_said_again_for_90_days():
    rules = {"test": lambda at: [finding()]}
    look_for_advice(at=NOON, rules=rules)
    one = Recommendation.objects.get()
    dismiss(one, by="ada", reason="not now", at=NOON)
    with pytest.raises(AlreadyAnswered, match="is dismissed already"):
        mark_done(one, by="ada", at=NOON)
    assert [look_for_advice(at=NOON + days * DAY, rules=rules) for days in (1, 89, 91)] == [0, 0, 1]
    one.refresh_from_db()
    assert (one.state, one.answered_by, one.reason, one.verdict) == ("dismissed", "ada", "not now", "")


@pytest.mark.parametrize(
    ("change", "hours", "verdict"),
    [
        (-3, 30, "helped"),
        (3, 30, "did not help"),
        (-3, 20, "cannot tell yet"),
        (0, 30, "cannot tell yet"),
        (0, 171, "did not help"),
    ],
)
def test_what_was_done_is_judged_by_the_hours_before_and_after(change, hours, verdict):
    dice = np.random.default_rng(5)
    effect = Effect("queues_messages", "down", "so it seems", now=9.0, expected=6.0)
    said = [finding(effect=effect)]
    rules = {"test": lambda at: said}
    keep_hours({"queues_messages": 9 + dice.normal(size=7 * 24)})
    look_for_advice(at=NOON, rules=rules)
    mark_done(Recommendation.objects.get(), by="ada", at=NOON)
    said.clear()
    later = 9 + change + dice.normal(size=hours)
    keep_hours({"queues_messages": later}, until=NOON + hours * HOURS)

    look_for_advice(at=NOON + hours * HOURS, rules=rules)

    one = Recommendation.objects.get()
    assert (one.state, one.verdict, one.judgement["still_found"]) == ("done", verdict, False)
    if hours >= 25:
        told = one.judgement
        assert told["n_after"] == min(hours - 1, 168)
        assert told["difference"] == pytest.approx(later[1 : 1 + told["n_after"]].mean() - told["before"])
        assert told["low"] < told["difference"] < told["high"]


def test_without_a_measure_it_helped_if_it_is_not_found_any_more():
    said = [finding("a"), finding("b")]
    rules = {"test": lambda at: said}
    look_for_advice(at=NOON, rules=rules)
    for one in Recommendation.objects.all():
        mark_done(one, by="ada", at=NOON)
    del said[0]
    look_for_advice(at=NOON + 2 * HOURS, rules=rules)
    assert dict(Recommendation.objects.values_list("subject", "verdict")) == {
        "a": "helped",
        "b": "did not help",
    }


def test_a_promotion_is_judged_by_what_settles_afterwards():
    _, (instrument, *_) = make_venue()
    dice = np.random.default_rng(4)
    former, better = strategy(stage="retired"), strategy(text=BUSY.replace("cooldown = 3", "cooldown = 4"))
    settle(former, instrument, dice.normal(size=60))
    effect = Effect("strategy_expectancy_r", "up", "x", {"version": str(former.pk)})
    said = [finding(effect=effect, strategy_id=former.strategy_id)]
    rules = {"test": lambda at: said}
    look_for_advice(at=NOON, rules=rules)
    mark_done(Recommendation.objects.get(), by="ada", at=NOON)
    settle(better, instrument, 2 + dice.normal(size=40), until=NOON + 41 * HOURS)

    look_for_advice(at=NOON + 10 * HOURS, rules=rules)
    assert Recommendation.objects.get().verdict == "cannot tell yet"
    look_for_advice(at=NOON + 41 * HOURS, rules=rules)
    told = Recommendation.objects.get()
    assert (told.verdict, told.judgement["n_before"], told.judgement["n_after"]) == ("helped", 60, 40)


def test_nobody_is_told_of_strategies_and_channels_of_others():
    theirs = strategy().strategy_id
    said = [
        finding("open"),
        finding("theirs", strategy_id=theirs),
        finding("shared", audience=""),
        finding("mine", audience="person:7"),
    ]
    look_for_advice(at=NOON, rules={"test": lambda at: said})

    def seen(**who):
        return set(visible_to(**who).values_list("subject", flat=True))

    assert seen() == {"open", "theirs", "shared", "mine"}
    assert seen(hidden=(theirs,), audiences=["person:7"]) == {"open", "mine"}
    assert seen(audiences=["person:8", ""]) == {"open", "theirs", "shared"}


def test_all_rules_have_nothing_to_say_of_an_empty_house():
    found = [one for name in RULES.keys() - {"tuning"} for one in say(name)]
    assert found == []
    look_for_advice(at=NOON)
    told = set(Recommendation.objects.values_list("rule", "audience"))
    # Of the servers of the tests tuning may have something to say, to operators.
    assert {(rule.partition(":")[0], audience) for rule, audience in told} <= {("tuning", "")}
