"""Several volumes on one grid."""

import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.together import bring_together
from MedGANSynthLib.volume.volume import Volume


def ramp(shape, spacing, origin=(0.0, 0.0, 0.0)):
    """Each voxel's value is its place along x in millimetres."""
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = origin
    x = origin[0] + spacing[0] * np.arange(shape[0], dtype=np.float32)
    return Volume(np.broadcast_to(x[:, None, None], shape).copy(), affine)


def test_volumes_of_one_grid_stay_as_they_are():
    one, two = ramp((5, 4, 3), (1, 1, 1)), ramp((5, 4, 3), (1, 1, 1))
    together, notes = bring_together({"t1": one, "t2": two})
    assert together["t1"] is one
    assert together["t2"] is two
    assert notes == []


def test_another_grid_is_resampled_to_the_first_and_said():
    first = ramp((10, 8, 6), (1, 1, 1), (2, 0, 0))
    fine = ramp((40, 16, 12), (0.5, 0.5, 0.5))
    together, notes = bring_together({"t1": first, "flair": fine})
    np.testing.assert_allclose(together["flair"].affine, first.affine)
    np.testing.assert_allclose(
        together["flair"].array[1:-1, 2:-2, 2:-2], first.array[1:-1, 2:-2, 2:-2], atol=1e-4
    )
    assert notes == ["flair: resampled to the grid of t1."]


def test_what_is_not_covered_gets_the_least_intensity_and_is_said():
    first = ramp((16, 4, 4), (1, 1, 1))
    half = ramp((8, 4, 4), (1, 1, 1), (8, 0, 0))
    half = half.with_array(half.array - 3)
    together, notes = bring_together({"t1": first, "t2": half})
    assert (together["t2"].array[:7] == 5).all()
    assert notes == ["t2: resampled to the grid of t1, 50 % of which it covers."]


def test_labels_are_not_mixed():
    first, mask = ramp((8, 4, 4), (1, 1, 1)), ramp((8, 4, 4), (1, 1, 1), (0.4, 0, 0))
    mask = mask.with_array((mask.array > 3).astype(np.uint8))
    together, _ = bring_together({"t1": first, "mask": mask}, frozenset(["mask"]))
    assert set(np.unique(together["mask"].array)) == {0, 1}


def test_volumes_that_share_no_place_are_refused():
    with pytest.raises(MedGANSynthError, match="flair and t1 share no place in the patient"):
        bring_together(
            {"t1": ramp((5, 5, 5), (1, 1, 1)), "flair": ramp((5, 5, 5), (1, 1, 1), (40, 0, 0))}
        )
