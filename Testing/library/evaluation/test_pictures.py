import numpy as np
import pytest

from MedGANSynthLib.evaluation.pictures import difference_colours, shown_slices


def test_slices_hang_the_radiological_way():
    """RAS voxels: right is the low end of i, anterior the high end of j, superior of k."""
    array = np.zeros((40, 30, 20))
    array[5:35, 5:25, 4:15] = 1
    array[5:10, 20:25, :] = 2  # the patient's left, anterior (i grows to the right in this affine)
    mask = array > 0
    (_, axial, _) = shown_slices(array, np.eye(4), mask, 2)
    # The mask's box with a margin of 4: 38 columns from right to left, 28 rows from the front.
    assert axial.shape == (28, 38)
    assert axial[:14].max() == 2 and axial[14:].max() == 1
    assert axial[:, 19:].max() == 2 and axial[:, :19].max() == 1
    (_, sagittal, _) = shown_slices(array, np.eye(4), mask, 0)
    assert sagittal.shape == (20, 28)


def test_the_same_slices_whatever_the_storage():
    rng = np.random.default_rng(0)
    array = rng.normal(size=(30, 26, 22))
    mask = np.zeros(array.shape, bool)
    mask[4:-5, 3:-4, 5:-4] = True
    flipped = np.diag([1.0, 1.0, -1.0, 1.0])
    flipped[2, 3] = 21
    straight = shown_slices(array, np.eye(4), mask, 2)
    turned = shown_slices(array[:, :, ::-1], flipped, mask[:, :, ::-1], 2)
    for one, other in zip(straight, turned[::-1], strict=True):
        np.testing.assert_array_equal(one, other)


def test_colours_of_differences():
    colours = difference_colours(np.array([[0.0, 0.3, -0.3, 9.0, -0.15]]), 0.3)[0]
    assert colours[0] == pytest.approx([1, 1, 1])
    assert colours[1] == pytest.approx(colours[3]) and colours[1][0] > 0.8 > 0.2 > colours[1][2]
    assert colours[2][2] > 0.7 > 0.2 > colours[2][0]
    assert colours[4] == pytest.approx((colours[0] + colours[2]) / 2)
