import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from MedGANSynthLib.evaluation.equal_detail import equally_detailed


@pytest.mark.parametrize("width", [(0.7, 0.7, 0), (1.5, 0, 0)])
def test_sharp_people_become_as_blurred_as_the_others(brains, width):
    sharp = brains(20, 1)
    blurred = np.stack([gaussian_filter(v, width, mode="wrap") for v in sharp])
    filtered, same = equally_detailed(sharp, blurred)
    assert same == pytest.approx(blurred, abs=1e-5)
    left = np.square(filtered - blurred).mean() / np.square(sharp - blurred).mean()
    assert left < 0.02


def test_noise_goes_where_the_others_have_none(rng):
    noise = rng.normal(size=(20, 16, 16, 16))
    waves = np.sin(2 * np.pi * np.arange(16) / 16)[:, None, None] * np.ones((16, 16, 16))
    people = rng.normal(size=(20, 1, 1, 1)) * waves
    clean, freed = equally_detailed(people, people + 0.2 * noise)
    assert clean == pytest.approx(people, abs=1e-5)
    assert np.square(freed - people).mean() < 0.01 * 0.2**2


def test_equal_sets_stay_and_black_ones_make_black(brains):
    people = brains(4, 1)
    for found in equally_detailed(people, people):
        assert found == pytest.approx(people, abs=1e-5)
    for found in equally_detailed(people, np.zeros_like(people)):
        assert not found.any()
