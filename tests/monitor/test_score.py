"""Health is a number that no average hides a fault in, and that never takes the unknown for good."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.monitor.measure import Definition, Measure, Rule, known, measured, unknown
from heliograph.monitor.score import LEAST, RED_GATE, UNKNOWN_GATE, WEIGHTS, health_of

LAG = Definition("queues_lag_seconds", "seconds", "a lag", Rule(10, 110))
FREE = Definition("host_free_ratio", "ratio", "room", Rule(0.2, 0.1))
ALIVE = Definition("workers_alive", "count", "workers", Rule(1, 0, gate=True))
SIZE = Definition("database_size_bytes", "bytes", "size")
SPARE = Definition("cache_errors_ratio", "ratio", "errors", Rule(0.1, 0.5))
DEFINITIONS = (LAG, FREE, ALIVE, SIZE, SPARE)

values = st.none() | st.floats(0, 1000)
worlds = st.lists(values, min_size=len(DEFINITIONS), max_size=len(DEFINITIONS))
numbered = st.integers(0, len(DEFINITIONS) - 1)


def world(numbers):
    """A measure of each definition."""
    return [measured(one, value, "nobody knows") for one, value in zip(DEFINITIONS, numbers, strict=True)]


def score(measures):
    """A number also where nothing is known."""
    found = health_of(measures).score
    return 0.0 if found is None else found


def goodness(measure):
    return measure.definition.rule.goodness(measure.value)


@given(worlds)
def test_a_score_lies_between_0_and_100_and_names_the_weakest(numbers):
    health = health_of(world(numbers))
    scored = {part.name: part.score for part in health.parts if part.score is not None}
    assert (health.score is None) == (health.weakest is None) == (not scored)
    if scored:
        assert 0 <= health.score <= 100
        assert health.weakest.score == min(scored.values())


@given(worlds, numbered, st.floats(0, 1000))
def test_what_gets_better_never_lowers_the_score(numbers, place, other):
    before = world(numbers)
    if before[place].definition.rule is None or before[place].value is None:
        return
    after = list(before)
    after[place] = known(DEFINITIONS[place], other)
    worse, better = sorted([before, after], key=lambda measures: goodness(measures[place]))
    assert score(worse) <= score(better) + 1e-9


@given(worlds, numbered)
def test_what_is_not_known_any_more_never_raises_the_score_of_what_was_well(numbers, place):
    measures = world(numbers)
    one = measures[place]
    if one.definition.rule is None or one.value is None or goodness(one) < 1:
        return
    lost = [*measures[:place], unknown(one.definition, "gone"), *measures[place + 1 :]]
    assert score(lost) <= score(measures) + 1e-9


@given(worlds, st.sampled_from([LAG, SPARE]))
def test_another_unknown_never_raises_the_score(numbers, definition):
    measures = [one for one in world(numbers) if one.definition is not definition]
    assert score([*measures, unknown(definition, "gone")]) <= score(measures)


@given(worlds)
def test_a_gate_caps_whatever_else_is_well(numbers):
    numbers[2] = 0.0
    red = health_of(world(numbers))
    assert (red.score <= RED_GATE, red.state) == (True, "red")
    numbers[2] = None
    if (lost := health_of(world(numbers))).score is not None:
        assert lost.score <= UNKNOWN_GATE
        assert lost.state != "green"


@given(worlds)
def test_each_unknown_is_listed_once_with_its_reason(numbers):
    listed = [(one.name, one.reason) for one in health_of(world(numbers)).unknown]
    expected = [
        (one.name, "nobody knows") for one, value in zip(DEFINITIONS, numbers, strict=True) if value is None
    ]
    assert sorted(listed) == sorted(expected)


def test_the_mean_is_geometric_and_weighted():
    health = health_of([known(LAG, 60), known(SPARE, 0.1), known(SIZE, 1e12)])
    queues, cache = WEIGHTS["queues"], WEIGHTS["cache"]
    assert health.score == pytest.approx(100 * 0.5 ** (queues / (queues + cache)))
    assert [(part.name, part.state, part.score) for part in health.parts] == [
        ("queues", "amber", pytest.approx(50)),
        ("cache", "green", 100),
        ("database", "unknown", None),
    ]


def test_a_part_is_as_good_as_its_worst_measure_and_one_at_its_end_does_not_hide_the_others():
    labelled = Definition("queues_depth", "count", "depth", Rule(10, 100), labels=("queue",))
    one, other = known(labelled, 10, queue="a"), known(labelled, 100, queue="b")
    health = health_of([one, other, known(FREE, 1)])
    assert (health.weakest.name, health.weakest.score) == ("queues", 0)
    assert [reading.measure.labels["queue"] for reading in health.weakest.readings] == ["b", "a"]
    assert health.score == pytest.approx(100 * math.sqrt(LEAST))
    assert health.state == "red"


def test_of_nothing_there_is_no_score():
    health = health_of([unknown(ALIVE, "nobody tells")])
    assert (health.score, health.state, health.weakest) == (None, "unknown", None)


def test_what_holds_the_score_down_is_named():
    red = health_of([known(ALIVE, 0), known(FREE, 1), known(SPARE, 0)])
    # The mean is below the cap: nothing caps it.
    assert (red.score < RED_GATE, red.capped_by) == (True, ())
    lost = health_of([unknown(ALIVE, "nobody tells"), known(FREE, 1)])
    assert (lost.score, [one.measure.name for one in lost.capped_by]) == (UNKNOWN_GATE, ["workers_alive"])


@pytest.mark.parametrize(
    "name", ["queues", "queues_Lag_seconds", "queues_lag", "queues_lag_ms", "lag_seconds_ratio"]
)
def test_a_name_ends_in_its_unit(name):
    with pytest.raises(ValueError, match=name):
        Definition(name, "seconds", "a lag")


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_no_number_is_invented(value):
    with pytest.raises(ValueError, match="host_free_ratio"):
        Measure(FREE, value)


def test_labels_are_those_of_the_definition():
    with pytest.raises(ValueError, match="labels"):
        known(FREE, 1, host="a")
