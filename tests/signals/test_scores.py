import pytest

from heliograph.signals.scores import Estimate, mean, share, student

# Student's t tables, 97.5 %.
TABLE = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 10: 2.2281, 30: 2.0423, 120: 1.9799}


@pytest.mark.parametrize("freedom", TABLE)
def test_students_quantile_is_that_of_the_tables(freedom):
    assert student(freedom) == pytest.approx(TABLE[freedom], rel=2e-3)


def test_a_share_has_wilsons_interval():
    # Newcombe 1998, table I: 81 of 263, by Wilson's score method.
    found = share(81, 263)

    assert (found.n, round(found.low, 4), round(found.high, 4)) == (263, 0.2553, 0.3662)


def test_without_cases_nothing_is_known():
    assert share(0, 0) == mean(None, None, 0) == Estimate(0, None, None, None)


def test_one_case_has_a_mean_but_no_interval():
    assert mean(0.4, None, 1) == Estimate(1, 0.4, None, None)
