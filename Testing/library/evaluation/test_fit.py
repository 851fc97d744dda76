import numpy as np
import pytest

from MedGANSynthLib.evaluation.fit import fit_affine
from MedGANSynthLib.evaluation.metrics import correlation, rmse_over_sd


def test_recovers_an_affine_change_from_the_mask_alone(head):
    _, target, mask = head
    prediction = np.where(mask, (target - 3) / 2, 99.0)
    fit = fit_affine(prediction, target, mask)
    assert fit.slope == pytest.approx(2, abs=1e-9)
    assert fit.offset == pytest.approx(3, abs=1e-9)
    assert fit.apply(prediction)[mask] == pytest.approx(target[mask], abs=1e-9)


def test_equals_least_squares_by_numpy(head):
    prediction, target, mask = head
    fit = fit_affine(prediction, target, mask)
    slope, offset = np.polyfit(prediction[mask], target[mask], 1)
    assert (fit.slope, fit.offset) == pytest.approx((slope, offset), abs=1e-10)


def test_residual_is_what_correlation_leaves(head):
    prediction, target, mask = head
    fitted = fit_affine(prediction, target, mask).apply(prediction)
    r = correlation(prediction, target, mask)
    assert rmse_over_sd(fitted, target, mask) == pytest.approx((1 - r**2) ** 0.5, abs=1e-10)


def test_inverted_contrast_shows_in_the_slope(head):
    _, target, mask = head
    assert fit_affine(-target, target, mask).slope == pytest.approx(-1, abs=1e-12)


def test_constant_prediction_gets_the_mean(head):
    _, target, mask = head
    fit = fit_affine(np.full_like(target, 0.1), target, mask)
    assert (fit.slope, fit.offset) == pytest.approx((0, target[mask].mean()), abs=1e-12)


def test_bytes_are_fitted_in_double():
    fit = fit_affine(np.array([0, 100, 200], np.uint8), np.array([255, 155, 55], np.uint8), None)
    assert (fit.slope, fit.offset) == pytest.approx((-1, 255), abs=1e-12)
