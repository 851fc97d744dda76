import numpy as np
import pytest

from MedGANSynthLib.evaluation.set_features import HAND, components, hand_features, radial_power


def test_a_cube_by_hand():
    volume = np.full((20, 20, 20), -1.0)
    volume[5:15, 5:15, 5:15] = 0.5
    found = dict(zip(HAND, hand_features(volume[None])[0], strict=True))
    assert found["foreground"] == 1 / 8
    assert (found["mean"], found["sd"], found["p10"]) == (0.5, 0, 0.5)
    # The six faces' voxels have a central difference of 0.75 along each axis they end on.
    ends = np.zeros((10, 10, 10, 3))
    for axis in range(3):
        np.moveaxis(ends[..., axis], axis, 0)[[0, -1]] = 0.75
    assert found["gradient_mean"] == pytest.approx(np.linalg.norm(ends, axis=-1).mean())


def test_blur_and_noise_move_the_fine_bands(rng):
    from scipy.ndimage import gaussian_filter

    sharp = rng.normal(0, 0.3, size=(1, 24, 24, 24))
    blurred = gaussian_filter(sharp, (0, 1, 1, 1))
    name = HAND.index("power_0.4_0.5")
    assert hand_features(blurred)[0, name] < hand_features(sharp)[0, name] - 2
    assert len(HAND) == hand_features(sharp).shape[1] == 14


def test_power_of_white_noise_and_of_a_wave(rng):
    edges = np.linspace(0, 0.5, 6)
    noise = rng.normal(size=(32, 32, 32))
    assert radial_power(noise, edges)[1:] == pytest.approx(1, abs=0.1)
    wave = np.cos(2 * np.pi * 0.25 * np.arange(32))[:, None, None] * np.ones((32, 32, 1))
    assert radial_power(wave, edges).argmax() == 2


def test_components_of_points_on_a_line(rng):
    along = rng.normal(size=50)
    rows = 3 + along[:, None] * np.array([3.0, 4.0]) / 5
    mean, axes, spread = components(rows, 2)
    assert mean == pytest.approx(rows.mean(axis=0))
    assert np.abs(axes[0] @ [0.6, 0.8]) == pytest.approx(1)
    assert spread[0] == pytest.approx(along.std(ddof=1))
