"""A volume at the voxels of another one."""

import numpy as np
import pytest
from MedGANSynthPanels.geometry import ijk_to_world, shape_of
from MedGANSynthPanels.resampling import resampled
from MedGANSynthPanels.volumes_out import export_inputs

from MedGANSynthLib.volume.coverage import share_covered
from MedGANSynthLib.volume.geometry import resample_to
from MedGANSynthLib.volume.volume import Volume


def of_node(node, voxels):
    return Volume(voxels.transpose(2, 1, 0).astype(np.float32), ijk_to_world(node))


def test_the_panel_resamples_as_the_library_does(volume, transform):
    fine = np.random.default_rng(0).integers(0, 1000, (24, 26, 28)).astype(np.int16)
    node, coarse = volume("fine", fine), volume("coarse", np.zeros((8, 9, 14), np.uint8))
    larger = np.diag([1.5, 2.5, 2.5, 1.0])
    larger[:3, :3] = larger[:3, :3] @ [[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]]
    centres = [ijk_to_world(n) @ [*(np.array(shape_of(n)) - 1) / 2, 1] for n in (node, coarse)]
    larger[:3, 3] = (centres[0] - larger @ centres[1])[:3]
    transform(larger, coarse)
    made = resampled(node, ijk_to_world(node), coarse, ijk_to_world(coarse))
    low = float(fine.min())
    library = resample_to(of_node(node, fine), (14, 9, 8), ijk_to_world(coarse), background=low)
    middle = np.s_[3:-3, 3:-3, 2:-2]  # at the border each has its own idea of what lies beyond
    np.testing.assert_allclose(
        made.transpose(2, 1, 0)[middle], library.array[middle], atol=0.02 * fine.std()
    )
    rough = resample_to(of_node(node, fine), (14, 9, 8), ijk_to_world(coarse), smooth=False)
    assert np.abs(rough.array - library.array)[middle].max() > 0.5 * fine.std()


@pytest.mark.parametrize(("shift", "percent"), [(0.0, None), (4.0, 60), (7.0, 30)])
def test_how_little_another_volume_covers_is_said(volume, transform, tmp_path, shift, percent):
    first, second = volume("a", np.ones((10, 10, 10))), volume("b", np.ones((10, 10, 10)))
    there = ijk_to_world(second)
    moved = np.eye(4)
    moved[:3, 3] = there[:3, 0] * shift + 1e-2
    transform(moved, second)
    _files, (notice,) = export_inputs({"t1": first, "t2": second}, tmp_path)
    said = "b was interpolated onto the grid of a, since it lies on another."
    assert notice == said + (f" It covers only {percent} % of it." if percent else "")
    share = share_covered(
        shape_of(first), ijk_to_world(first), shape_of(second), ijk_to_world(second)
    )
    assert share == pytest.approx((percent or 100) / 100, abs=0.01)
