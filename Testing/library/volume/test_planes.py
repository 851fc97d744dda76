import numpy as np
import pytest

from MedGANSynthLib.volume.geometry import centred_affine
from MedGANSynthLib.volume.planes import middle_planes, shown_planes
from MedGANSynthLib.volume.volume import Volume


@pytest.mark.parametrize("axcodes", ["RAS", "LPS", "SRP"])
def test_up_is_anterior_or_superior_and_left_is_the_patients_right(axcodes):
    """A dot far to one side along each axis of the patient, in the middle along the others."""
    affine = centred_affine((5, 5, 5), axcodes, (1.0, 1.0, 1.0))
    for towards, places in (
        ((2, 0, 0), [(2, 0), (2, 0), None]),  # right: left of the axial and coronal picture
        ((0, 2, 0), [(0, 2), None, (2, 0)]),  # anterior: up; left of the sagittal picture
        ((0, 0, 2), [None, (0, 2), (0, 2)]),  # superior: up
    ):
        array = np.zeros((5, 5, 5))
        index = np.linalg.solve(affine, [*towards, 1])[:3]
        array[tuple(np.rint(index).astype(int))] = 1
        for plane, place in zip(middle_planes(Volume(array, affine)), places, strict=True):
            found = [tuple(map(int, where)) for where in np.argwhere(plane)]
            assert found == ([] if place is None else [place])


def test_the_middle_of_a_centred_grid_is_at_the_origin():
    affine = centred_affine((4, 7, 10), "PIR", (1.0, 2.0, 3.0))
    np.testing.assert_allclose(affine @ [1.5, 3, 4.5, 1], [0, 0, 0, 1], atol=1e-12)
    assert Volume(np.zeros((4, 7, 10)), affine).axcodes == "PIR"
    np.testing.assert_allclose(affine[:3, 0], [0, -1, 0])  # towards posterior


def test_thick_slices_are_shown_in_their_true_proportions():
    affine = centred_affine((6, 5, 3), "LPS", (1.0, 1.0, 4.0))
    array = np.arange(90.0).reshape(6, 5, 3)
    shapes = [plane.shape for plane in shown_planes(Volume(array, affine))]
    assert shapes == [(5, 6), (12, 6), (12, 5)]
