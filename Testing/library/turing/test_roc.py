import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from MedGANSynthLib.turing import roc

# Hanley and McNeil, Radiology 1982, table 1: ratings 1-5 of 58 normal and 51 abnormal images.
NORMAL = np.repeat([1, 2, 3, 4, 5], [33, 6, 6, 11, 2])
ABNORMAL = np.repeat([1, 2, 3, 4, 5], [3, 2, 2, 11, 33])


def test_ties_count_half():
    assert roc.auc(np.array([5, 3, 4, 2, 6, 6]), np.array([1, 2, 2, 3, 4, 5])) == pytest.approx(
        0.763889, abs=1e-6
    )


def test_the_interval_is_that_of_stata_for_hanley_and_mcneil():
    """`roctab disease rating` (Stata manual): 0.8932, 0.0307, 0.83295 to 0.95339."""
    estimate = roc.delong(ABNORMAL, NORMAL)
    assert estimate.value == pytest.approx(0.8932, abs=5e-5)
    assert estimate.se == pytest.approx(0.0307, abs=5e-5)
    assert estimate.interval() == pytest.approx((0.83295, 0.95339), abs=5e-6)


def test_auc_is_scikit_learns(rng):
    signal, noise = rng.integers(1, 7, 40), rng.integers(1, 6, 30)
    truth = np.repeat([1, 0], [40, 30])
    expected = roc_auc_score(truth, np.concatenate([signal, noise]))
    assert roc.auc(signal, noise) == pytest.approx(expected, abs=1e-12)


def test_the_area_under_the_curve_is_the_auc():
    x, y = zip(*roc.curve(ABNORMAL, NORMAL), strict=True)
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(y, x) == pytest.approx(roc.auc(ABNORMAL, NORMAL), abs=1e-12)


def test_extremes():
    perfect = roc.delong(np.array([6, 6, 5]), np.array([1, 2, 1]))
    assert (perfect.value, perfect.se) == (1.0, 0.0)
    same = roc.delong(np.full(5, 3), np.full(6, 3))
    assert (same.value, same.se) == (0.5, 0.0)
    assert roc.delong(np.array([3]), np.array([1, 2])) is None
