"""rho, sigma and delta: closed forms, the published code's arithmetic, degenerate sets."""

import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.realism import (
    PUBLISHED_COUNT,
    Eigenspace,
    delta,
    delta_delplace,
    figures,
    fit_eigenspace,
    reading,
    real_ranges,
    rho,
    sigma,
    sigma_delplace,
)


def gaussian(count, scales, seed=0):
    return np.random.default_rng(seed).standard_normal((count, len(scales))) * scales


@pytest.mark.parametrize("shape", [(30, 100), (100, 30)])  # either covariance is the smaller one
def test_components_are_those_of_a_library(shape):
    from sklearn.decomposition import PCA

    images = gaussian(shape[0], np.linspace(5, 0.1, shape[1]))
    space, theirs = fit_eigenspace(images, 4), PCA(4, svd_solver="full").fit(images)
    np.testing.assert_allclose(np.abs(space.vectors @ theirs.components_.T), np.eye(4), atol=1e-8)
    np.testing.assert_allclose(space.mean, theirs.mean_, atol=1e-12)
    assert space.explained == pytest.approx(theirs.explained_variance_ratio_.sum())


def test_rho_of_known_directions():
    """Inside, outside, at 60 degrees (twice), and the mean itself."""
    space = Eigenspace(np.ones(3), np.array([[1.0, 0, 0]]), 1.0)
    half = np.array([0.5, np.sqrt(0.75), 0])
    images = 1 + np.array([[7.0, 0, 0], [0, 2, 0], half, -3 * half, [0, 0, 0]])
    assert rho(images, space) == pytest.approx((1 + 0 + 0.5 + 0.5 + 0) / 5)


def test_images_without_detail_have_rho_one():
    real = gaussian(60, np.linspace(5, 0.1, 40))
    space = fit_eigenspace(real, 5)
    smooth = space.mean + gaussian(30, np.ones(5), 1) @ space.vectors
    assert rho(smooth, space) == pytest.approx(1)
    assert rho(gaussian(30, np.linspace(5, 0.1, 40), 2), space) < 0.95


def test_sigma_by_hand_and_whatever_the_number():
    images = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 4.0]])
    assert sigma(images) == pytest.approx(4 + 3)
    scales = np.full(50, 2.0)
    assert sigma(gaussian(4000, scales)) == pytest.approx(200, rel=0.02)
    assert sigma(gaussian(400, scales)) == pytest.approx(200, rel=0.05)


def published(images):
    """The code's own arithmetic: np.cov over rows of the images less their mean image."""
    covariance = np.cov(images - images.mean(0))
    values = np.sort(np.linalg.eigvalsh(covariance))[::-1]
    return covariance.trace(), int((values > 0.01 * values.sum()).sum())


def test_the_published_forms_are_the_published_arithmetic():
    images = gaussian(24, np.linspace(3, 0.5, 60))
    trace, count = published(images)
    assert sigma_delplace(images) == pytest.approx(trace * PUBLISHED_COUNT / 24)
    assert delta_delplace(images) == count


def test_the_published_sigma_grows_with_the_number_and_ours_does_not():
    few, many = gaussian(50, np.ones(200)), gaussian(400, np.ones(200), 1)
    assert published(many)[0] / published(few)[0] == pytest.approx(8, rel=0.05)
    assert sigma_delplace(many) == pytest.approx(sigma_delplace(few), rel=0.05)
    assert sigma(many) == pytest.approx(sigma(few), rel=0.05)


def test_both_sigmas_are_one_figure_up_to_size():
    """sigma = trace (d - 1) / (n - 1), but for each image's own mean over its pixels."""
    images = gaussian(100, np.ones(400))
    trace, _ = published(images)
    assert sigma(images) == pytest.approx(trace * 399 / 99, rel=0.01)


def test_delta_counts_the_directions():
    scales = np.zeros(50)
    scales[:7] = 3.0
    assert delta(gaussian(500, scales)) == 7
    assert delta(np.ones((5, 10))) == delta_delplace(np.ones((5, 10))) == 0


def test_reading_is_two_sided():
    real = gaussian(200, np.linspace(5, 0.1, 40))
    space = fit_eigenspace(real, 5)
    ranges = real_ranges(gaussian(200, np.linspace(5, 0.1, 40), 1), space, 60)
    again = figures(gaussian(60, np.linspace(5, 0.1, 40), 2), space)
    smooth = figures(space.mean + gaussian(60, np.ones(5), 3) @ space.vectors, space)
    noise = figures(gaussian(60, np.full(40, 9.0), 4), space)
    assert reading(again["sigma"], ranges["sigma"]) == "within"
    assert reading(smooth["rho"], ranges["rho"]) == "above"
    assert reading(smooth["sigma"], ranges["sigma"]) == "below"
    assert reading(noise["rho"], ranges["rho"]) == "below"
    assert reading(noise["sigma"], ranges["sigma"]) == "above"


def test_too_few_images_are_refused():
    with pytest.raises(MedGANSynthError, match="16 images are too few for 16 components"):
        fit_eigenspace(gaussian(16, np.ones(30)))
