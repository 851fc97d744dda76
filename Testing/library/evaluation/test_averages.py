import numpy as np
import pytest
from scipy.ndimage import affine_transform, gaussian_filter

from MedGANSynthLib.evaluation.averages import (
    MeanImage,
    RegisteredAverage,
    make_atlas,
    register_affine,
)
from MedGANSynthLib.evaluation.metrics import correlation, rmse_over_sd
from MedGANSynthLib.volume.itk import to_image

SHAPE = (40, 44, 36)


def head(shift=(0, 0, 0), zoom=1.0, seed=0):
    """A blob with a dark core off its centre and texture that belongs to the anatomy."""
    grid = np.stack(np.meshgrid(*(np.arange(n, dtype=float) for n in SHAPE), indexing="ij"), -1)
    grid = (grid - np.array(SHAPE) / 2 - shift) / zoom
    outer = np.linalg.norm(grid / [12, 14, 10], axis=-1)
    core = np.linalg.norm((grid - [3, -4, 2]) / [5, 4, 4], axis=-1)
    source = 100.0 * (outer < 1) + 150.0 * (core < 1)
    target = 400.0 * (outer < 1) - 300.0 * (core < 1)
    return gaussian_filter(source, 1), gaussian_filter(target, 1), outer < 1


def atlas(*args, affine=None):
    return make_atlas(*head(*args), np.eye(4) if affine is None else affine)


def test_a_shifted_larger_head_is_found_by_its_mask():
    mean = MeanImage([atlas(), atlas((2, 1, -1), 1.1)])
    _, target, mask = head((-3, 2, 2), 1.2)
    predicted = mean.predict(mask)
    assert predicted.dtype == np.float32 and predicted.shape == SHAPE
    assert rmse_over_sd(predicted, target, mask) < 0.25
    assert mean.range == pytest.approx((100, 400), abs=30)


def test_the_average_of_registered_people():
    average = RegisteredAverage([atlas((3, -2, 1), 1.05)])
    source, target, mask = head((-3, 2, 2), 1.1)
    assert correlation(atlas((3, -2, 1), 1.05).target, target, mask) < 0.5
    predicted = average.predict(source, np.eye(4))
    assert correlation(predicted, target, mask) > 0.9
    assert (predicted == average.predict(source, np.eye(4))).all()


def test_an_affine_map_is_found_in_millimetres():
    source, _, _ = head()
    spacing = np.diag([2.0, 2.0, 2.0, 1.0])
    moved = affine_transform(source, np.diag([1 / 1.1] * 3), [-2, 1, 0.5], order=1)
    transform = register_affine(to_image(source, spacing), to_image(moved, spacing))
    # moved(x) = source(x / 1.1 + c), so the point p of the first lies at 1.1 (p - c) of the second.
    point = np.array([20.0, 22.0, 18.0])
    expected = 2 * 1.1 * (point - [-2, 1, 0.5])
    lps = np.diag([-1, -1, 1])
    found = lps @ np.array(transform.TransformPoint((lps @ (2 * point)).tolist()))
    assert found == pytest.approx(expected, abs=1.0)
