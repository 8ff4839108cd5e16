"""Value at risk and expected shortfall by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.moments import excess_kurtosis, skewness
from heliograph.engine.performance.risk import UNKNOWN, cornish_fisher_risk, gaussian_risk, historical_risk
from heliograph.engine.performance.student import NORMAL

values = arrays.arrays(np.float64, st.integers(1, 80), elements=st.integers(-300, 300).map(lambda x: x / 100))


def test_the_shortfall_is_the_mean_of_the_worst_results_the_last_by_its_part():
    # 50 results: the worst 2.5 at 95 %, -50, -49 and half of -48; the quantile lies at place 2.45.
    found = historical_risk(-np.arange(1.0, 51.0))

    assert found.value_at_risk == pytest.approx(50 - 2.45)
    assert found.expected_shortfall == pytest.approx((50 + 49 + 24) / 2.5)


def test_of_few_results_the_shortfall_is_the_worst():
    assert historical_risk([3.0, -2.0, 1.0]).expected_shortfall == pytest.approx(2.0)


def test_a_normal_distribution_has_the_shortfall_of_the_books():
    # Mean 0 and deviation 1: 1.645 and 2.063 at 95 %, 2.326 and 2.665 at 99 %.
    row = np.array([-1.0, 1.0]) / 2**0.5
    usual, strict = gaussian_risk(row), gaussian_risk(row, level=0.99)

    assert (usual.value_at_risk, usual.expected_shortfall) == pytest.approx((1.644854, 2.062713), abs=1e-6)
    assert (strict.value_at_risk, strict.expected_shortfall) == pytest.approx((2.326348, 2.665214), abs=1e-6)


def test_a_bent_normal_distribution_is_integrated(btc):
    row, z = btc.returns, np.linspace(-12, NORMAL.inv_cdf(0.05), 200_001)
    skew, kurtosis = skewness(row), excess_kurtosis(row)
    bent = z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * kurtosis / 24 - (2 * z**3 - 5 * z) * skew**2 / 36
    density = np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5
    mean, spread = row.mean(), row.std(ddof=1)

    found = cornish_fisher_risk(row)

    assert found.value_at_risk == pytest.approx(-(mean + spread * bent[-1]))
    assert found.expected_shortfall == pytest.approx(
        -(mean + spread * np.trapezoid(bent * density, z) / 0.05)
    )


def test_without_skew_and_excess_the_bent_distribution_is_nearly_the_normal_one():
    row = np.array([NORMAL.inv_cdf((k + 0.5) / 4000) for k in range(4000)])
    bent, plain = cornish_fisher_risk(row), gaussian_risk(row)

    assert bent.value_at_risk == pytest.approx(plain.value_at_risk, abs=5e-3)
    assert bent.expected_shortfall == pytest.approx(plain.expected_shortfall, abs=1e-2)


def test_an_expansion_that_falls_before_its_quantile_says_nothing():
    # Very lopsided: the expansion turns back.
    assert cornish_fisher_risk([-30.0, *[1.0] * 6, 1.1, 0.9]) == UNKNOWN
    assert cornish_fisher_risk([1.0, 2.0, 3.0]) == UNKNOWN


@pytest.mark.parametrize("level", [0.5, 1.0, 5.0])
@pytest.mark.parametrize("risk", [historical_risk, gaussian_risk, cornish_fisher_risk])
def test_a_level_is_a_probability_above_a_half(risk, level):
    with pytest.raises(BadResults, match=r"between 0.5 and 1"):
        risk([1.0, 2.0], level=level)


@given(values, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_beyond_the_value_at_risk_the_mean_loss_is_not_smaller(row, level):
    for risk in (historical_risk, gaussian_risk):
        found = risk(row, level=level)
        if found.value_at_risk is not None:
            assert found.expected_shortfall >= found.value_at_risk - 1e-9


@given(values, st.floats(0.01, 100), st.integers(-5, 5))
def test_a_risk_goes_with_the_unit_and_against_what_is_added(row, factor, more):
    for risk in (historical_risk, gaussian_risk, cornish_fisher_risk):
        plain, moved = risk(row), risk(row * factor + more)
        if plain.value_at_risk is not None and moved.value_at_risk is not None:
            assert moved.value_at_risk == pytest.approx(plain.value_at_risk * factor - more, abs=1e-6)
            assert moved.expected_shortfall == pytest.approx(
                plain.expected_shortfall * factor - more, abs=1e-6
            )
