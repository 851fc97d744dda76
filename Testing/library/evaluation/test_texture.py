import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.texture import (
    laplacian_ratio,
    radial_spectra,
    texture_figures,
)


def radial_spectrum(image, mask, axis):
    centres, (power,) = radial_spectra([image], mask, axis)
    return centres, power


def texture_ratio(*arguments):
    return texture_figures(*arguments)["texture_ratio"]


@pytest.fixture
def noise(rng):
    mask = np.zeros((64, 60, 4), bool)
    mask[6:-6, 6:-6, :3] = True
    return rng.normal(size=mask.shape), mask


def test_white_noise_has_a_flat_spectrum(noise):
    image, mask = noise
    _, power = radial_spectrum(image, mask, 2)
    assert power[2:11].mean() == pytest.approx(1, abs=0.1)
    assert power[11:].mean() == pytest.approx(1, abs=0.05)


def test_a_wave_stands_at_its_frequency(noise):
    mask = noise[1]
    wave = np.cos(2 * np.pi * 0.2625 * np.arange(64))[:, None, None] * np.ones(mask.shape)
    centres, power = radial_spectrum(wave, mask, 2)
    assert centres[power.argmax()] == pytest.approx(0.2625)


def test_blur_is_measured_as_its_transfer_function(noise):
    image, mask = noise
    blurred = gaussian_filter(image, (1.0, 1.0, 0))
    _, before = radial_spectrum(image, mask, 2)
    centres, after = radial_spectrum(blurred, mask, 2)
    transfer = np.exp(-((2 * np.pi * centres) ** 2))  # squared modulus of a sigma 1 gaussian
    contrast = image[mask].var() / blurred[mask].var()
    band = (centres > 0.1) & (centres < 0.3)
    assert (after / before)[band] == pytest.approx(transfer[band] * contrast, rel=0.3)
    high = centres >= 0.2
    expected = contrast * np.average(transfer[high], weights=centres[high])
    assert texture_ratio(blurred, image, mask, 2) == pytest.approx(expected, rel=0.2)


def test_added_noise_scores_above_one(noise, rng):
    image, mask = noise
    smooth = gaussian_filter(image, (2, 2, 0))
    grain = smooth + smooth.std() * rng.normal(size=smooth.shape)
    assert texture_ratio(grain, smooth, mask, 2) > 2


def test_scale_contrast_and_the_outside_do_not_count(noise):
    image, mask = noise
    changed = np.where(mask, 700 - 3 * image, 1e5)
    assert texture_ratio(changed, image, mask, 2) == pytest.approx(1, abs=1e-9)


def test_slices_lie_across_the_given_axis(noise):
    image, mask = noise
    turned = radial_spectrum(np.moveaxis(image, 2, 0), np.moveaxis(mask, 2, 0), 0)[1]
    assert turned == pytest.approx(radial_spectrum(image, mask, 2)[1], abs=1e-9)


def test_distance_of_spectra_is_that_of_their_decibels(noise):
    image, mask = noise
    assert texture_figures(image, image, mask, 2)["spectrum_distance"] == 0
    sigma = 1.0
    blurred = gaussian_filter(image, (sigma, sigma, 0))
    centres, _ = radial_spectrum(image, mask, 2)
    contrast = image[mask].var() / blurred[mask].var()
    told = centres[centres >= 0.05]
    transfer = 10 * np.log10(np.exp(-((2 * np.pi * sigma * told) ** 2)) * contrast)
    expected = np.sqrt(np.mean(transfer**2))
    measured = texture_figures(blurred, image, mask, 2)["spectrum_distance"]
    assert measured == pytest.approx(expected, rel=0.3)


def test_laplacian_of_white_noise_over_that_of_a_wave(noise):
    image, mask = noise
    f = 0.1
    wave = np.sin(2 * np.pi * f * np.arange(64))[:, None, None] * np.ones(mask.shape)
    # The Laplacian of unit white noise has variance 16 + 4; of a wave, (2 - 2 cos)^2 of its own.
    expected = (2 - 2 * np.cos(2 * np.pi * f)) ** 2 / 20
    assert laplacian_ratio(wave, image, mask, 2) == pytest.approx(expected, rel=0.1)
    assert laplacian_ratio(3 * image + 1, image, mask, 2) == pytest.approx(1)


def test_undefined_texture_is_refused(noise):
    image, mask = noise
    with pytest.raises(MedGANSynthError, match="constant inside the mask"):
        texture_ratio(np.where(mask, 1.0, image), image, mask, 2)
    with pytest.raises(MedGANSynthError, match="constant inside the mask"):
        laplacian_ratio(image, np.where(mask, 1.0, image), mask, 2)
    thin = np.zeros_like(mask)
    thin[10:13] = True
    with pytest.raises(MedGANSynthError, match="too thin"):
        texture_ratio(image, image, thin, 2)


def test_half_a_spectrum_is_as_good_as_the_whole(rng):
    mask = np.zeros((33, 30, 5), bool)
    mask[2:-2, 3:-2, 1:4] = True
    image = rng.normal(size=mask.shape)
    (odd,) = radial_spectra([image], mask, 2)[1]
    (turned,) = radial_spectra([image.transpose(1, 0, 2)], mask.transpose(1, 0, 2), 2)[1]
    assert odd == pytest.approx(turned, rel=1e-9)
