import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from MedGANSynthLib.evaluation.features import NAMES, local_features

SPACING = (1.0, 1.0, 4.0)


def column(table, name):
    return table[:, NAMES.index(name)]


def test_a_ramp_has_its_slope_as_gradient_and_no_laplacian():
    # 3 a voxel along k; smoothing leaves a ramp as it is, away from the borders.
    source = np.zeros((9, 9, 41)) + 3 * np.arange(41.0)
    mask = np.ones(source.shape, bool)
    where = np.zeros_like(mask)
    where[4, 4, 20] = True
    table = local_features(source, mask, where, SPACING)
    assert table.shape == (1, len(NAMES))
    assert column(table, "source")[0] == 60
    assert column(table, "gaussian 8 mm")[0] == pytest.approx(60, abs=1e-3)
    assert column(table, "laplacian 6 mm")[0] == pytest.approx(0, abs=0.02)
    assert column(table, "gradient 6 mm")[0] == pytest.approx(3, rel=0.02)


def test_scales_are_millimetres(rng):
    source = rng.normal(size=(14, 13, 12))
    mask = np.ones(source.shape, bool)
    table = local_features(source, mask, mask, SPACING)
    expected = gaussian_filter(source.astype(np.float32), (4, 4, 1), mode="nearest")
    assert column(table, "gaussian 4 mm") == pytest.approx(expected.ravel(), abs=1e-6)


def test_position_spans_the_masks_box():
    mask = np.zeros((10, 8, 6), bool)
    mask[2:7, 1:4, 5] = True
    where = np.zeros_like(mask)
    where[2, 1, 5] = where[4, 2, 5] = where[6, 3, 5] = where[7, 3, 5] = True
    table = local_features(np.zeros(mask.shape), mask, where, SPACING)
    assert column(table, "position i") == pytest.approx([0, 0.5, 1, 1.25])
    assert column(table, "position j") == pytest.approx([0, 0.5, 1, 1])
    assert column(table, "position k") == pytest.approx([0, 0, 0, 0])
