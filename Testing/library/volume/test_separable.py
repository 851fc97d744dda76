import numpy as np
import pytest
from scipy import ndimage

from MedGANSynthLib.volume.geometry import resample_to
from MedGANSynthLib.volume.separable import resample_axes
from MedGANSynthLib.volume.volume import Volume

pytestmark = pytest.mark.usefixtures("small_and_large")


@pytest.fixture
def array():
    noise = np.random.default_rng(0).normal(size=(20, 17, 14))
    return ndimage.gaussian_filter(noise, 1.5).astype(np.float32)


def steps(count, step):
    """Positions `step` apart about the middle, as many as cover `count` voxels."""
    number = int(np.ceil(count / step - 1e-3))
    return (count - 1) / 2 + step * (np.arange(number) - (number - 1) / 2)


def test_equals_scipys_three_dimensional_spline(array):
    positions = [steps(n, s) for n, s in zip(array.shape, (0.7, 1.3, 1.0), strict=True)]
    clipped = [np.clip(p, 0, n - 1) for p, n in zip(positions, array.shape, strict=True)]
    where = np.meshgrid(*clipped, indexing="ij")
    expected = ndimage.map_coordinates(array.astype(float), where, order=3, mode="mirror")
    got = resample_axes(array, positions, -9.0, smooth=False)
    assert got.dtype == np.float32 and np.abs(got - expected).max() < 1e-5


@pytest.mark.parametrize("step", [0.6, 1.7])
@pytest.mark.parametrize("smooth", [False, True])
def test_equals_itk_away_from_the_edges(array, step, smooth):
    positions = [steps(n, step) for n in array.shape]
    affine = np.eye(4)
    onto = np.diag([step, step, step, 1.0])
    onto[:3, 3] = [p[0] for p in positions]
    shape = tuple(len(p) for p in positions)
    expected = resample_to(Volume(array, affine), shape, onto, "cubic", smooth=smooth).array
    got = resample_axes(array, positions, -9.0, smooth)
    inner = (slice(3, -3),) * 3
    assert np.abs(got - expected)[inner].max() < 1e-4


def test_same_positions_change_nothing(array):
    positions = [np.arange(n, dtype=float) for n in array.shape]
    assert np.array_equal(resample_axes(array, positions, -9.0, True), array)


def test_background_stays_where_all_neighbours_are_background():
    array = np.full((12, 1, 1), -1, np.float32)
    array[6:] = 1
    positions = [np.arange(23) / 2, np.zeros(1), np.zeros(1)]
    got = resample_axes(array, positions, -1.0, smooth=False)[:, 0, 0]
    assert (got[:11] == -1).all() and (got[12:] != -1).all()
    assert np.allclose(got[12::2], 1, atol=1e-6)
