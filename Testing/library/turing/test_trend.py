import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

from MedGANSynthLib.turing.trend import halves, learning, pace

ANSWERS = (
    "0111000000010101001011000000000110010001010110101001"
    "011110111110101011001011100101101000100010001000"
)


def test_learning_is_statsmodels_logit():
    """`Logit(correct, [1, 0..99])` of statsmodels 0.15."""
    trend = learning(np.arange(100), np.array([int(c) for c in ANSWERS]))
    assert trend.intercept == pytest.approx(-0.45122435, abs=1e-8)
    assert trend.slope == pytest.approx(0.003408, abs=1e-8)
    assert trend.se == pytest.approx(0.0070128, abs=1e-7)
    assert trend.p == pytest.approx(0.62698911, abs=1e-7)


def test_learning_is_scikit_learns(rng):
    trial = np.arange(200)
    correct = (rng.random(200) < 1 / (1 + np.exp(0.5 - 0.012 * trial))).astype(int)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(
        trial[:, None] / 100, correct
    )
    assert learning(trial, correct).slope == pytest.approx(model.coef_[0, 0] / 100, rel=1e-4)


@pytest.mark.parametrize("correct", [[1] * 20, [0] * 10 + [1] * 10, [1, 0]])
def test_no_slope_where_it_cannot_be_told(correct):
    assert learning(np.arange(len(correct)), np.array(correct)) is None


def test_halves():
    first, second, p = halves(np.array([1, 0, 0, 0, 0, 1, 1, 1, 1, 1]))
    assert (first, second) == (0.2, 1.0)
    assert p == pytest.approx(0.047619, abs=1e-6)  # 2 * (5 * 1) / 210, the table 1 4 / 5 0


def test_one_percent_faster_with_each_trial():
    change, p = pace(np.arange(50), 12.0 * 0.99 ** np.arange(50))
    assert change == pytest.approx(-0.01, abs=1e-12)
    assert p < 1e-12


def test_the_p_of_the_pace_is_that_of_the_correlation(rng):
    seconds = rng.lognormal(1.5, 0.4, 60)
    expected = stats.pearsonr(np.arange(60), np.log(seconds)).pvalue
    assert pace(np.arange(60), seconds)[1] == pytest.approx(expected, rel=1e-9)
    assert pace(np.arange(2), np.ones(2)) is None
    assert pace(np.arange(5), np.zeros(5)) is None
