"""The policy of scaling: examples by hand, and what must hold for any load."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.fleet.scaling import (
    BadPolicy,
    Change,
    Measures,
    Past,
    PastWish,
    Policy,
    Rush,
    StepLimit,
    Targets,
    decide,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
FREE = StepLimit(workers=1000, percent=100, period_s=15)
# Of one measure alone, without limits.
AGE = Policy(most=100, targets=Targets(30, None, None, None, None), up=FREE, down=FREE)
PIECES = replace(AGE, targets=Targets(None, 2, None, None, None))
CPU = replace(AGE, targets=Targets(None, None, 70, None, None))
ALL = Policy(most=100, targets=Targets(age_s=30), up=FREE, down=FREE)


def later(seconds):
    return NOON + timedelta(seconds=seconds)


def told(policy, seen, past=None):
    decision = decide(policy, seen, past or Past(), at=NOON)
    return decision.target, decision.reason


def test_old_work_asks_for_as_many_times_the_workers_as_it_is_too_old():
    assert told(AGE, Measures(2, oldest_age_s=95)) == (
        7,
        "Up from 2 to 7: the oldest due work is 95 s old, the target 30 s, which asks for 7.",
    )


def test_a_ratio_within_the_tolerance_changes_nothing():
    assert told(AGE, Measures(10, oldest_age_s=33))[0] == 10
    assert told(AGE, Measures(10, oldest_age_s=33.5))[0] == 12
    assert told(AGE, Measures(10, oldest_age_s=27))[0] == 10
    assert told(AGE, Measures(10, oldest_age_s=26))[0] == 9


def test_the_largest_wish_wins_and_says_why():
    seen = Measures(4, oldest_age_s=10, pieces=40, cpu_pct=95, memory_pct=20, busy_pct=80)

    assert told(ALL, seen) == (
        20,
        "Up from 4 to 20: 40 pieces of work wait or run, the target is 2 for each worker, which asks for 20.",
    )


def test_where_a_piece_was_measured_the_work_is_what_must_be_done_in_time():
    seen = Measures(5, oldest_age_s=3, pieces=250, seconds_each=0.5, cpu_pct=70, memory_pct=20, busy_pct=80)

    assert told(ALL, seen) == (
        5,
        "Stays at 5: 250 pieces of work wait or run, 125.0 s to be done within 30 s, which asks for 5.",
    )
    assert told(ALL, replace(seen, pieces=600))[0] == 10
    assert told(ALL, replace(seen, pieces=3, cpu_pct=20, busy_pct=40))[0] == 3


def test_a_missing_measure_lets_nobody_go_but_may_not_stop_others_from_coming():
    assert told(ALL, Measures(4, pieces=0, cpu_pct=1, memory_pct=1, busy_pct=1)) == (
        4,
        "Stays at 4: workers use 1 % of their processors, the target is 70 %, which asks for 1; "
        "none goes while how old the oldest due work is, is not known.",
    )
    assert told(ALL, Measures(4, pieces=40))[0] == 20
    assert told(ALL, Measures(4))[0] == 4


def test_workers_go_only_when_nobody_asked_for_them_throughout_the_window():
    past = Past(wishes=(PastWish(later(-301), 9), PastWish(later(-299), 6)))

    assert told(PIECES, Measures(10, pieces=2), past) == (
        6,
        "Down from 10 to 6: 2 pieces of work wait or run, the target is 2 for each worker, which asks for 1; "
        "up to 6 were asked for within 300 s.",
    )


def test_no_more_come_within_a_period_than_the_limit_lets():
    policy = replace(PIECES, up=StepLimit(workers=4, percent=100, period_s=15))
    two_came = Past(changes=(Change(later(-10), 8, 10),))

    assert told(policy, Measures(2, pieces=100))[0] == 6
    assert told(policy, Measures(10, pieces=100), two_came) == (
        16,
        "Up from 10 to 16: 100 pieces of work wait or run, the target is 2 for each worker, "
        "which asks for 50; no more than 8 come within 15 s.",
    )


def test_after_a_change_nothing_happens_for_the_cooldown():
    policy = replace(PIECES, up_cooldown_s=20)
    came = Past(changes=(Change(later(-10), 1, 2),))

    assert told(policy, Measures(2, pieces=10), came)[0] == 2
    assert told(policy, Measures(2, pieces=10))[0] == 5


def test_the_bounds_hold_whatever_is_measured():
    policy = replace(PIECES, least=2, most=6)

    assert told(policy, Measures(4, pieces=1000)) == (
        6,
        "Up from 4 to 6: 1,000 pieces of work wait or run, the target is 2 for each worker, "
        "which asks for 500; no more than 6 are allowed.",
    )
    assert told(policy, Measures(4, pieces=0))[0] == 2
    assert told(policy, Measures(9, pieces=40))[0] == 6
    assert told(policy, Measures(0))[0] == 2


def test_a_close_that_is_near_raises_the_number_before_it_comes():
    close = Rush(later(40), pieces=250, seconds_each=0.6, what="1m bars")
    seen = Measures(1, oldest_age_s=0, rushes=[close])

    assert told(AGE, seen) == (
        5,
        "Up from 1 to 5: 1m bars close in 40 s: 250 pieces, 150.0 s of work to be done within 30 s, "
        "which asks for 5.",
    )
    assert told(AGE, replace(seen, rushes=[replace(close, at=later(61))]))[0] == 1
    assert told(AGE, replace(seen, workers=5, rushes=[replace(close, at=later(-20))]))[0] == 5


def test_closes_at_one_moment_add_up():
    closes = [
        Rush(later(40), pieces=100, seconds_each=0.6, what="1m bars"),
        Rush(later(40), pieces=100, seconds_each=0.9, what="5m bars"),
    ]

    assert told(AGE, Measures(1, oldest_age_s=0, rushes=closes))[0] == 5


def test_a_close_whose_work_nobody_has_measured_lets_nobody_go():
    close = Rush(later(40), pieces=10, seconds_each=None, what="1m bars")

    assert told(AGE, Measures(4, oldest_age_s=0, rushes=[close]))[0] == 4


def test_a_policy_that_contradicts_itself_is_refused():
    with pytest.raises(BadPolicy, match=r"least \(5\) must be 0 or more, and most \(4\) not below it."):
        Policy(least=5, most=4)
    with pytest.raises(BadPolicy, match=r"The target age_s must be above 0."):
        Policy(targets=Targets(age_s=0))


# What must hold for any load.

maybe = st.none() | st.floats(0, 10_000)
limits = st.builds(StepLimit, st.integers(0, 20), st.floats(0, 200), st.sampled_from([1.0, 15.0, 60.0]))


@st.composite
def policies(draw):
    least = draw(st.integers(0, 10))
    return Policy(
        least=least,
        most=least + draw(st.integers(0, 50)),
        targets=Targets(*(draw(st.none() | st.floats(0.5, 100)) for _ in range(5))),
        tolerance_pct=draw(st.sampled_from([0.0, 10.0, 25.0])),
        down_window_s=draw(st.sampled_from([0.0, 60.0, 300.0])),
        up_window_s=draw(st.sampled_from([0.0, 30.0])),
        up=draw(limits),
        down=draw(limits),
        up_cooldown_s=draw(st.sampled_from([0.0, 15.0])),
        down_cooldown_s=draw(st.sampled_from([0.0, 60.0])),
    )


@st.composite
def measures(draw, *, known=False):
    value = st.floats(0, 10_000) if known else maybe
    rush = st.builds(
        Rush,
        at=st.integers(-60, 120).map(later),
        pieces=st.integers(0, 1000),
        seconds_each=st.floats(0, 10) if known else st.none() | st.floats(0, 10),
        what=st.just("5m bars"),
    )
    return Measures(
        workers=draw(st.integers(0, 80)),
        oldest_age_s=draw(value),
        pieces=draw(st.integers(0, 10_000) if known else st.none() | st.integers(0, 10_000)),
        cpu_pct=draw(value),
        seconds_each=draw(st.none() | st.floats(0, 100)),
        memory_pct=draw(value),
        busy_pct=draw(value),
        rushes=tuple(draw(st.lists(rush, max_size=3))),
    )


@st.composite
def pasts(draw):
    """Any history, oldest first."""
    ago = sorted(draw(st.lists(st.floats(0, 400), max_size=8)), reverse=True)
    wishes = tuple(PastWish(later(-seconds), draw(st.integers(0, 80))) for seconds in ago)
    changes = tuple(Change(later(-s), draw(st.integers(0, 80)), draw(st.integers(0, 80))) for s in ago[::2])
    return Past(wishes, changes)


@given(policies(), measures(), pasts())
def test_the_number_is_never_outside_its_bounds(policy, seen, past):
    assert policy.least <= decide(policy, seen, past, at=NOON).target <= policy.most


@given(policies(), measures(), pasts())
def test_what_is_unknown_never_lets_workers_go(policy, seen, past):
    blind = replace(seen, oldest_age_s=None)
    targets = replace(policy.targets, age_s=30.0)
    decision = decide(replace(policy, targets=targets), blind, past, at=NOON)

    assert decision.target >= min(seen.workers, policy.most)


@given(policies(), measures(known=True), pasts(), st.data())
def test_more_load_never_asks_for_fewer_workers(policy, seen, past, data):
    def more(value):
        return value + data.draw(st.integers(0, 1000))

    heavier = replace(
        seen,
        oldest_age_s=more(seen.oldest_age_s),
        pieces=more(seen.pieces),
        cpu_pct=more(seen.cpu_pct),
        memory_pct=more(seen.memory_pct),
        busy_pct=more(seen.busy_pct),
        rushes=tuple(replace(rush, pieces=more(rush.pieces)) for rush in seen.rushes),
    )

    light, heavy = (decide(policy, one, past, at=NOON).target for one in (seen, heavier))
    assert heavy >= light


@given(policies(), st.lists(measures(), min_size=1, max_size=40), st.sampled_from([1, 5, 20]))
def test_no_period_sees_more_come_or_go_than_its_limit(policy, looks, every):
    workers, past, sizes = policy.least, Past(), []
    for number, seen in enumerate(looks):
        at = later(number * every)
        sizes.append((number * every, workers))
        target = decide(policy, replace(seen, workers=workers), past, at=at).target
        came, went = _moved(past, at, policy)
        room = policy.up.most(workers - came), policy.down.most(workers + went)
        assert target - workers + came <= max(room[0], came)
        assert workers - target + went <= max(room[1], went)
        past = past.with_look(at=at, wished=target, before=workers, after=target, keep_s=policy.memory_s)
        workers = target


def _moved(past, at, policy):
    """Workers that came within the period of coming, and went within that of going."""
    came = [c.by for c in past.changes if c.by > 0 and c.at > at - timedelta(seconds=policy.up.period_s)]
    went = [-c.by for c in past.changes if c.by < 0 and c.at > at - timedelta(seconds=policy.down.period_s)]
    return sum(came), sum(went)


@settings(deadline=None)
@given(
    rate=st.floats(0.1, 40),
    seconds_each=st.floats(0.05, 2),
    start=st.integers(1, 100),
    delay=st.sampled_from([0, 2, 6]),
    is_measured=st.booleans(),
)
def test_a_constant_load_brings_the_number_to_rest(rate, seconds_each, start, delay, is_measured):
    """Work comes evenly, workers start after a delay: the number may rise, then fall once, then it stays."""
    policy = Policy(most=200)
    load = rate * seconds_each
    sizes = _plant(policy, load, seconds_each=seconds_each, start=start, delay=delay, is_measured=is_measured)

    turns = [b - a for a, b in pairwise(sizes) if b != a]
    flips = sum((a > 0) != (b > 0) for a, b in pairwise(turns))
    assert flips <= 1
    assert len(set(sizes[-120:])) == 1
    assert sizes[-1] >= math.floor(rate * seconds_each)


def _plant(policy, load, *, seconds_each, start, delay, is_measured, every=5, looks=400):
    """The sizes of a pool under a load of so many busy workers, worked off in the fluid limit."""
    past, backlog, sizes = Past(), 0.0, [start] * (delay // every + 2)
    for number in range(looks):
        at, ready = later(number * every), min(sizes[-1 - delay // every], sizes[-1])
        backlog = max(0.0, backlog + (load - ready) * every)
        busy = ready if backlog else load
        seen = Measures(
            workers=sizes[-1],
            oldest_age_s=seconds_each + (backlog / ready if ready else 0),
            pieces=math.ceil(backlog / seconds_each + busy),
            seconds_each=seconds_each if is_measured else None,
            cpu_pct=100 * busy / sizes[-1],
            memory_pct=20.0,
            busy_pct=100 * busy / sizes[-1],
        )
        decision = decide(policy, seen, past, at=at)
        past = past.with_look(
            at=at, wished=decision.wished, before=sizes[-1], after=decision.target, keep_s=policy.memory_s
        )
        sizes.append(decision.target)
    return sizes
