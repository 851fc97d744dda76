"""Pictures of volumes: which plane, which way round."""

import numpy as np
import pytest
from MedGANSynthPanels.thumbnails import SIDE, picture, plane


def ramp(shape):
    """Voxels [k, j, i] that rise by 10 along i, 40 along j, 1 along k."""
    i, j, k = np.indices(shape, dtype=np.float32)
    return (10 * i + 40 * j + k).transpose(2, 1, 0)


@pytest.mark.parametrize("flip", [(1, 1, 1), (-1, 1, -1), (-1, -1, 1)])
def test_the_axial_plane_is_seen_from_the_feet(flip):
    array = ramp((4, 3, 5))
    array = np.flip(array, [2 - axis for axis in range(3) if flip[axis] < 0])
    grey, size = plane(array, np.diag([*np.array(flip, float) * (1, 2, 3), 1]))
    assert grey.shape == (3, 4) and size == (6, 4)
    # Anterior is up and the patient's right (large R) on the left of the picture.
    assert (np.diff(grey.astype(int), axis=0) < 0).all()
    assert (np.diff(grey.astype(int), axis=1) < 0).all()


@pytest.mark.parametrize(
    ("shape", "expected", "size"),
    [((4, 3, 1), (3, 4), (6, 4)), ((4, 1, 5), (5, 4), (15, 4)), ((1, 3, 5), (5, 3), (15, 6))],
)
def test_a_volume_one_slice_thick_shows_its_slice(shape, expected, size):
    grey, millimetres = plane(ramp(shape), np.diag([1.0, 2.0, 3.0, 1.0]))
    assert (grey.shape, millimetres) == (expected, size)


def test_a_picture_has_the_volumes_proportions(volume):
    pixmap = picture(volume("a", np.arange(24, dtype=np.int16).reshape(2, 3, 4)))
    # 4 voxels of 1.5 mm across, 3 of 1 mm down
    assert (pixmap.width(), pixmap.height()) == (SIDE, SIDE // 2)
