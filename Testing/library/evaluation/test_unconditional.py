import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.unconditional import (
    diversity_ratio,
    gap,
    mmd_rbf,
    sharpness_ratio,
)


def test_mmd_by_hand():
    """Reals at 0 and 2 (median squared distance 4), fakes at 0 and 0: kernels e^(-d2 / 8)."""
    real, fake = np.array([[0.0], [2.0]]), np.array([[0.0], [0.0]])
    k = np.exp(-0.5)
    assert mmd_rbf(real, fake) == pytest.approx(k + 1 - 2 * (1 + k) / 2)


def test_mmd_is_unbiased_and_sees_a_shift_and_a_collapse():
    rng = np.random.default_rng(0)
    draws = [mmd_rbf(*rng.normal(size=(2, 20, 5))) for _ in range(50)]
    assert abs(np.mean(draws)) < 3 * np.std(draws) / np.sqrt(50)
    real = rng.normal(size=(20, 5))
    assert mmd_rbf(real, rng.normal(2, 1, (20, 5))) > 0.3
    assert mmd_rbf(real, np.zeros((20, 5))) > 3 * np.std(draws)


def test_diversity_by_hand():
    real, fake = np.array([[0.0, 0.0], [2.0, 2.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])
    assert diversity_ratio(real, fake) == pytest.approx(0.5)
    assert diversity_ratio(real, np.zeros((3, 2))) == 0


def test_sharpness_is_the_power_of_the_laplacian():
    """One bright voxel of height h: 36 h^2 at it and h^2 at each of its six neighbours."""
    real, fake = np.zeros((2, 2, 7, 7, 7))
    real[:, 3, 3, 3], fake[:, 3, 3, 3] = 1.0, 3.0
    assert sharpness_ratio(real, fake) == pytest.approx(9)
    fake[:, 2:5, 3, 3] = 1.0
    assert sharpness_ratio(real, fake) < 9


def test_noise_is_sharp_and_a_ramp_is_not():
    rng = np.random.default_rng(0)
    ramp = np.broadcast_to(np.arange(8.0), (2, 8, 8, 8))
    noise = rng.normal(size=(2, 8, 8, 8))
    assert sharpness_ratio(noise, ramp) < 1e-12
    assert sharpness_ratio(noise, 2 * noise) == pytest.approx(4)


def test_gap_is_zero_at_the_best_and_grows_both_ways():
    assert gap(0.0, 1.0, 1.0) == 0
    assert gap(-0.01, 1.0, 1.0) == 0
    assert gap(0.04, 1.0, 1.0) == pytest.approx(0.2)
    assert gap(0.0, np.e, 1.0) == gap(0.0, 1 / np.e, 1.0) == pytest.approx(1)
    assert gap(0.0, 1.0, np.exp(4)) == pytest.approx(1)


def test_one_volume_is_no_set():
    with pytest.raises(MedGANSynthError, match="at least two"):
        mmd_rbf(np.zeros((1, 4)), np.zeros((2, 4)))
