import math

import pytest
from scipy import stats

from MedGANSynthLib.turing.estimate import Estimate


def test_interval_and_tests_of_a_normal_estimate():
    estimate = Estimate(0.6, 0.05)
    assert estimate.interval() == pytest.approx((0.502002, 0.697998), abs=1e-6)
    assert estimate.p() == pytest.approx(0.0455003, abs=1e-6)  # two sigma


def test_equivalence_is_the_inner_interval_lying_within_the_margin():
    for value, se, df in [(0.5, 0.05, 9), (0.53, 0.04, 4), (0.58, 0.012, math.inf)]:
        estimate = Estimate(value, se, df)
        low, high = estimate.interval(0.90)
        assert (estimate.equivalence_p(0.1) < 0.05) == (low > 0.4 and high < 0.6)


def test_equivalence_equals_two_one_sided_t_tests():
    sample = [0.48, 0.55, 0.51, 0.46, 0.53]
    mean = sum(sample) / 5
    se = stats.sem(sample)
    above = stats.ttest_1samp(sample, 0.4, alternative="greater").pvalue
    below = stats.ttest_1samp(sample, 0.6, alternative="less").pvalue
    assert Estimate(mean, se, 4).equivalence_p(0.1) == pytest.approx(max(above, below), rel=1e-9)


@pytest.mark.parametrize("trials", [2, 6, 60])
def test_all_right_or_all_wrong_shows_as_much_as_the_trials(trials):
    """Clopper & Pearson: the bound b has b^n = 0.025; the exact p is 2 / 2^n."""
    bound, p = 0.025 ** (1 / trials), 2 * 0.5**trials
    for value, interval in ((1.0, (bound, 1.0)), (0.0, (0.0, 1 - bound))):
        estimate = Estimate(value, 0.0, trials=trials)
        assert estimate.interval() == pytest.approx(interval)
        assert (estimate.p(), estimate.equivalence_p(0.1)) == (pytest.approx(p), 1.0)


@pytest.mark.parametrize("value", [0.5, 0.6])
def test_one_answer_to_all_cases_shows_nothing(value):
    estimate = Estimate(value, 0.0, trials=60)
    assert estimate.interval() == (0.0, 1.0)
    assert (estimate.p(), estimate.equivalence_p(0.1)) == (1.0, 1.0)


def test_an_interval_stays_within_0_and_1():
    assert Estimate(0.98, 0.05).interval()[1] == 1.0
