"""Volumes on finer grids."""

import numpy as np
import pytest

from MedGANSynthLib.volume.finer import with_spacing
from MedGANSynthLib.volume.volume import Volume


def test_finer_slices_cover_the_same_field_of_view():
    affine = np.diag([1.0, 1.0, 4.0, 1.0])
    ramp = np.broadcast_to(np.arange(10.0, dtype=np.float32), (6, 5, 10)).copy()
    made = with_spacing(Volume(ramp, affine), (1.0, 1.0, 1.0))
    assert made.shape == (6, 5, 40)
    assert made.spacing == pytest.approx((1, 1, 1))
    # The first thin slice's centre lies 1.5 mm before the first thick one's.
    assert made.affine[2, 3] == pytest.approx(-1.5)
    place = made.affine[2, 3] + np.arange(40)
    np.testing.assert_allclose(made.array[3, 2, 12:-12], place[12:-12] / 4, atol=0.01)
    assert made.array.min() >= 0
    assert made.array.max() <= 9


def test_the_same_spacing_changes_nothing():
    array = np.random.default_rng(0).uniform(0, 1, (5, 6, 7)).astype(np.float32)
    made = with_spacing(Volume(array, np.eye(4)), (1.0, 1.0, 1.0))
    np.testing.assert_allclose(made.array, array, atol=1e-5)
