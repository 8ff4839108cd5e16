"""Courses of measures as shapes and as words."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from heliograph.monitor.told import ToldMeasure, ToldPart
from heliograph.web.course_plot import HEIGHT, TOP, Ahead, Dot, course_plot
from heliograph.web.measured import sentence, value_text
from heliograph.web.ring import ring

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def dots(*values):
    """A value each hour; None where none is known."""
    return [Dot(NOON + place * HOUR, value) for place, value in enumerate(values) if value is not None]


def plot(*values, at=None, **more):
    """As it is drawn at a moment, that of the last value if not said otherwise."""
    at = at or NOON + (len(values) - 1) * HOUR
    return course_plot(dots(*values), step=HOUR, at=at, words=lambda value: f"{value:g}", **more)


def test_gaps_stay_gaps():
    found = plot(1, 2, None, None, None, 3, 4)

    assert re.findall("[ML]", found.history) == ["M", "L", "M", "L"]


def test_the_scale_has_round_values_and_holds_what_is_asked_for():
    found = plot(31, 44, bounds=(0.0, None), limits=(20, 900))

    assert [tick.words for tick in found.ticks] == ["0", "20", "40", "60"]
    assert (found.ticks[0].y, found.ticks[-1].y) == (TOP + HEIGHT, TOP)
    assert [limit.words for limit in found.limits] == ["20"]


def test_what_is_expected_goes_on_from_the_last_value():
    later = NOON + 2 * HOUR
    found = plot(1, 2, ahead=[Ahead(later, 1, 2, 3)])

    assert found.ahead.startswith(f"M{found.now} ")
    assert found.history.endswith(found.ahead[1:].partition("L")[0])
    assert [(one.is_now, one.at) for one in found.moments] == [
        (False, NOON), (True, NOON + HOUR), (False, later),
    ]  # fmt: skip


def test_a_line_ends_at_the_last_known_value_and_time_goes_on_to_now():
    now = NOON + 10 * HOUR

    found = plot(1, 2, at=now)

    assert re.findall(r"[ML]([\d.]+) ", found.history) == ["0.0", "100.0"]
    assert [(one.x, one.is_now, one.at) for one in found.moments] == [(0, False, NOON), (82, True, now)]


def test_what_is_expected_does_not_bridge_the_time_in_which_nothing_was_known():
    later = [Ahead(NOON + place * HOUR, 1, 2, 3) for place in (2, 11, 20)]

    found = plot(1, 2, at=NOON + 10 * HOUR, ahead=later)

    assert found.now == 500
    assert re.findall(r"[ML]([\d.]+) ", found.history) == ["0.0", "50.0"]
    assert re.findall(r"[ML]([\d.]+) ", found.ahead) == ["550.0", "1000.0"]
    assert min(map(float, re.findall(r"[ML]([\d.]+) ", found.band))) == 550


def test_of_a_line_that_never_moves_something_is_drawn_and_of_one_value_nothing():
    assert "NaN" not in plot(5, 5).history
    assert plot(0, 0).ticks[0].words == "0"
    assert plot(7) is None


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "count", "–"),
        (0.0004, "seconds", "0.40 ms"),
        (0, "seconds", "0 s"),
        (48.25, "seconds", "48.2 s"),
        (1_800, "seconds", "30 min"),
        (41_234_000_000, "bytes", "41.2 GB"),
        (512, "bytes", "512 B"),
        (0.0123, "ratio", "1.23 %"),
        (1204, "count", "1,204"),
        (2.5, "total", "2.50"),
    ],
)
def test_a_value_is_written_in_its_unit(value, unit, words):
    assert value_text(value, unit) == words


@pytest.mark.parametrize(
    ("says", "value", "unit", "words"),
    [
        ("of those, that failed", 0.5, "ratio", "50 % of those, that failed (ntfy)"),
        ("1 while Redis answers", 0, "count", "Redis answers (ntfy): no"),
        ("messages that wait", 3, "count", "Messages that wait (ntfy): 3"),
    ],
)
def test_a_measure_is_a_sentence(says, value, unit, words):
    measure = ToldMeasure("a_b", {"channel": "ntfy"}, unit, says, value, "red", "", "")

    assert sentence(measure) == words


def test_a_part_has_its_place_in_the_ring_whatever_its_rank():
    parts = [ToldPart(name, 100.0, "green", weight, [], []) for name, weight in (("web", 1), ("database", 3))]

    first, second = ring(parts), ring(parts[::-1])

    assert first == second
    assert [re.search(r" 0 (\d) 1 ", arc.path)[1] for arc in first] == ["1", "0"]
