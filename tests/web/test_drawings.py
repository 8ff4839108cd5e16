"""What the server draws: outcome bars, sparklines, histograms, intervals."""

from heliograph.engine.performance.estimates import Estimate
from heliograph.web.histogram import histogram
from heliograph.web.interval import IntervalMark, interval_mark
from heliograph.web.outcome_bar import OutcomeBar, outcome_bar
from heliograph.web.sparkline import sparkline


def test_an_outcome_bar_places_everything_on_one_scale():
    bar = outcome_bar(r=0.44, worst=-0.63, best=1.2, targets=(0.95, 1.92), is_open=False, how="left at exit")

    assert bar == OutcomeBar(
        targets=(61.25, 85.5),
        stop=12.5,
        worst=21.75,
        best=67.5,
        left=37.5,
        width=11.0,
        end=48.5,
        kind="gain",
        beyond_left=False,
        beyond_right=False,
        text="+0.44 R, worst −0.63, best +1.20, left at exit",
    )


def test_what_lies_beyond_the_scale_ends_in_an_arrow():
    bar = outcome_bar(r=-1.8, worst=-1.8, best=3.1, targets=(), is_open=False, how="left at stop")

    assert (bar.beyond_left, bar.beyond_right, bar.worst, bar.best, bar.left) == (True, True, 0.0, 100.0, 0.0)


def test_a_gap_in_a_sparkline_stays_a_gap():
    line = sparkline([1.0, 2.0, None, 2.0, 1.0])

    assert line.path.count("M") == 2
    assert (line.x, line.change_pct) == (61, 0.0)


def test_one_value_makes_no_line():
    assert sparkline([1.0, None]) is None


def test_a_flat_line_lies_in_the_middle():
    assert sparkline([5.0, 5.0]).y == 10


def test_the_outermost_bars_of_a_histogram_hold_what_lies_beyond():
    drawn = histogram([-9.0, 0.1, 0.2, 99.0], mean=0.1, interval=(-1.0, 1.0))

    assert [bar.count for bar in drawn.bars] == [1, 2, 1]
    assert (drawn.most, drawn.low, drawn.mean, drawn.high) == (2, 16.67, 35.0, 50.0)
    assert [words for _, words in drawn.ticks] == ["−1", "0", "+1", "+2", "+3 R"]


def test_an_interval_is_drawn_only_where_there_is_one():
    assert interval_mark(Estimate(1, 0.4, None, None)) is None
    assert interval_mark(Estimate(9, 0.5, 0.0, 3.0)) == IntervalMark(50.0, 75.0, 100.0)
