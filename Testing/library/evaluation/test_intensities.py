import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.intensities import robust_range


def test_percentiles_inside_the_mask():
    image = np.arange(1001.0)
    mask = image < 201
    assert robust_range(image, mask) == pytest.approx((1, 199))


def test_one_hot_voxel_does_not_count():
    image = np.r_[np.linspace(0, 1, 10_001), 1e9]
    assert robust_range(image, image >= 0) == pytest.approx((0.005, 0.995), abs=1e-3)


@pytest.mark.parametrize("image", [np.ones(5), np.array([1, 2, np.nan])])
def test_no_range(image):
    with pytest.raises(MedGANSynthError, match="constant or not finite"):
        robust_range(image, np.ones(len(image)))


def test_empty_mask():
    with pytest.raises(MedGANSynthError, match="mask is empty"):
        robust_range(np.ones(5), np.zeros(5))
