"""How far Sharpe ratios can be believed, against the figures of papers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.moments import excess_kurtosis, skewness
from heliograph.engine.performance.ratios import sharpe
from heliograph.engine.performance.sharpe_inference import (
    TrackRecord,
    aggregation_factor,
    deflated_sharpe,
    eta,
    expected_best_sharpe,
    least_track_record,
    newey_west_lags,
    probabilistic_sharpe,
    robust_sharpe_error,
    sharpe_error,
)

values = arrays.arrays(np.float64, st.integers(4, 60), elements=st.integers(-300, 300).map(lambda x: x / 100))


def cases(papers, kind):
    found = [case for case in papers["cases"] if case["kind"] == kind]
    assert found
    return found


def record(case):
    return TrackRecord(case["sr"], case.get("T", 1), case["skew"], case["kurt"])


def test_probabilistic_sharpe_ratios_are_those_of_the_paper(papers):
    for case in cases(papers, "PSR"):
        found = probabilistic_sharpe(record(case), benchmark=case["benchmark"])
        assert found == pytest.approx(case["expected"], abs=case["tol"])


def test_with_adjusted_moments_the_probability_is_that_of_quantstats(priced):
    own = TrackRecord.of(priced.returns)
    adjusted = TrackRecord(
        own.sharpe, own.periods, skewness(priced.returns), excess_kurtosis(priced.returns) + 3
    )

    assert probabilistic_sharpe(adjusted) == pytest.approx(priced.of("quantstats.psr"), rel=1e-12)
    assert probabilistic_sharpe(own) == pytest.approx(priced.of("quantstats.psr"), rel=1e-4)


def test_deflated_sharpe_ratios_are_those_of_the_paper(papers):
    for case in cases(papers, "DSR"):
        found = deflated_sharpe(record(case), trials=case["n_trials"], variance=case["trial_variance"])
        assert found == pytest.approx(case["expected"], abs=case["tol"])


def test_the_best_of_many_trials_is_that_of_the_paper(papers):
    for case in cases(papers, "expected_max_z"):
        found = expected_best_sharpe(trials=case["n_trials"], variance=1.0)
        assert found == pytest.approx(case["expected"], abs=case["tol"])


def test_least_track_records_are_those_of_the_paper(papers):
    for case in [*cases(papers, "MinTRL"), *cases(papers, "MinTRL_years")]:
        found = least_track_record(record(case), benchmark=case["benchmark"], confidence=case["confidence"])
        assert found / case.get("periods", 1) == pytest.approx(case["expected"], abs=case["tol"])


def test_standard_errors_are_those_of_los_formula(papers):
    for case in papers["lo_2002"]["iid_se"]:
        assert sharpe_error(case["SR"], periods=case["T"]) == pytest.approx(case["se"], abs=1e-6)


def test_the_error_without_lags_is_that_of_the_moments(priced):
    known = TrackRecord.of(priced.returns)

    # The paper divides by n - 1, and its deviation too; the robust one by n.
    n = len(priced.returns)
    by_moments = known.spread / n**0.5
    assert robust_sharpe_error(priced.returns, lags=0) == pytest.approx(by_moments, rel=1 / n)


def test_of_normal_results_the_robust_error_is_los(btc):
    row = np.random.default_rng(11).normal(0.1, 1.0, 20_000)

    assert robust_sharpe_error(row) == pytest.approx(
        sharpe_error(sharpe(row, per_year=1), periods=20_000), rel=0.03
    )


def test_gains_that_follow_gains_make_the_error_larger_and_the_year_smaller():
    steps = np.random.default_rng(3).normal(0.1, 1.0, 20_000)
    follow = np.convolve(steps, [0.5, 0.5])[:20_000]

    # A moving average of two has the variance 1/2 and the autocorrelation 1/2 at lag 1.
    assert aggregation_factor(follow, 12) == pytest.approx(eta([0.5], 12), rel=0.02)
    assert eta([0.5], 12) == pytest.approx(12 / (12 + 11) ** 0.5)
    assert robust_sharpe_error(follow) > 1.3 * robust_sharpe_error(follow, lags=0)


def test_the_factor_of_an_autoregression_is_that_of_los_formula():
    rho, q = 0.2, 12
    # Lo (2002), equation 22.
    inner = 1 + 2 * rho / (1 - rho) * (1 - (1 - rho**q) / (q * (1 - rho)))

    assert eta(rho ** np.arange(1, q), q) == pytest.approx((q / inner) ** 0.5)
    assert eta([], q) == pytest.approx(q**0.5)
    assert eta([-1.0], 2) is None


def test_the_default_number_of_lags_is_that_of_newey_and_west():
    assert [newey_west_lags(n) for n in (0, 1, 4, 100, 2147)] == [0, 0, 1, 4, 7]


def test_a_track_record_of_too_little_is_unknown():
    for few in ([], [1.0, 2.0, 3.0], [0.1] * 9, [np.nan] * 9):
        assert TrackRecord.of(few) is None
        assert robust_sharpe_error(few) is None
        assert aggregation_factor(few, 12) is None
    assert sharpe_error(1.0, periods=0) is None
    assert probabilistic_sharpe(TrackRecord(1.0, 1)) is None


def test_no_track_record_proves_what_is_not_ahead():
    assert least_track_record(TrackRecord(0.1, 50), benchmark=0.1) is None
    assert least_track_record(TrackRecord(-0.1, 50)) is None


def test_one_trial_needs_no_deflating():
    one = TrackRecord(0.1, 100)

    assert expected_best_sharpe(trials=1, variance=4.0) == 0.0
    assert deflated_sharpe(one, trials=1, variance=4.0) == probabilistic_sharpe(one)


def test_questions_without_sense_are_refused():
    with pytest.raises(BadResults, match="skewness together"):
        probabilistic_sharpe(TrackRecord(1.0, 10, skew=3.0, kurtosis=3.0))
    with pytest.raises(BadResults, match="must be a trial"):
        expected_best_sharpe(trials=0, variance=1.0)
    with pytest.raises(BadResults, match="The confidence is"):
        least_track_record(TrackRecord(1.0, 10), confidence=1.0)


@given(values)
def test_the_error_of_real_results_is_never_imaginary_and_beliefs_are_probabilities(row):
    known = TrackRecord.of(row)
    if known is not None:
        belief = probabilistic_sharpe(known)
        assert known.spread >= 0
        assert belief is None or 0 <= belief <= 1
        assert robust_sharpe_error(row) >= 0


@given(values, st.floats(0.01, 100))
def test_a_track_record_does_not_depend_on_the_unit(row, factor):
    one, other = TrackRecord.of(row), TrackRecord.of(row * factor)
    if one is not None:
        assert (other.sharpe, other.skew, other.kurtosis) == pytest.approx(
            (one.sharpe, one.skew, one.kurtosis), rel=1e-6, abs=1e-9
        )


def test_more_trials_leave_less_to_believe():
    one = TrackRecord(0.15, 500)
    beliefs = [deflated_sharpe(one, trials=trials, variance=0.002) for trials in (1, 2, 10, 100, 1000)]

    assert beliefs == sorted(beliefs, reverse=True)
