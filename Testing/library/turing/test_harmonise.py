import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing import harmonise as h
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.volume import Volume


def straight(array, spacing=(2.0, 2.0, 3.0)):
    return h.straighten(Volume(array, np.diag([*spacing, 1.0])))


def test_straighten_permutes_and_drops_the_tilt():
    array = np.arange(24).reshape(2, 3, 4)
    turn = np.radians(10)
    affine = np.array(
        [
            [0, 0, 2.0, 5],
            [-3 * np.cos(turn), np.sin(turn), 0, 6],
            [-3 * np.sin(turn), -np.cos(turn), 0, 7],
            [0, 0, 0, 1],
        ]
    )
    volume = h.straighten(Volume(array, affine))
    assert volume.shape == (4, 2, 3)
    assert volume.spacing == pytest.approx((2.0, 3.0, 1.0))
    np.testing.assert_allclose(volume.affine[:3, 3], 0)
    assert sorted(volume.array.ravel()) == list(range(24))


def test_foreground_is_the_largest_region_without_holes():
    array = np.zeros((20, 20, 10))
    array[4:16, 4:16, 2:8] = 100
    array[8:12, 8:12, 4:6] = 0  # a ventricle
    array[18, 18, 9] = 100  # a speck
    mask = h.foreground(array)
    expected = np.zeros_like(array, bool)
    expected[4:16, 4:16, 2:8] = True
    np.testing.assert_array_equal(mask, expected)
    with pytest.raises(ValueError, match="same value"):
        h.foreground(np.full((4, 4, 4), 7.0))


def test_foreground_does_not_depend_on_the_background_s_ripple(blobs, rng):
    array = blobs(3).astype(float)
    scaled = array / array.max() * 2 - 1  # tanh-like, background -1
    rippled = np.where(scaled < -0.98, -0.998 + 0.001 * rng.standard_normal(array.shape), scaled)
    np.testing.assert_array_equal(h.foreground(rippled), h.foreground(array))


def test_common_grid_takes_the_coarsest_spacing_and_the_largest_foreground():
    grid = h.common_grid([h.Extent((1, 1, 3), (30, 40, 60)), h.Extent((2, 1, 1), (34, 36, 66))])
    assert grid.spacing == (2, 1, 3)
    assert grid.shape == (34 // 2 + 4, 40 + 4, 66 // 3 + 4)
    centre = grid.affine @ [*(np.array(grid.shape) - 1) / 2, 1]
    np.testing.assert_allclose(centre[:3], 0)
    with pytest.raises(MedGANSynthError, match="--spacing"):
        h.common_grid([h.Extent((0.1, 0.1, 0.1), (200, 200, 200))])


def test_every_case_gets_the_same_type_range_and_background(blobs, rng):
    grid = h.CommonGrid((2.0, 2.0, 3.0), (22, 24, 14))
    arrays = [
        blobs(1),
        blobs(2).astype(np.float32) / 700 - 1,
        np.rint(blobs(3) / 40).astype(np.uint8) * 7,
    ]
    for array in arrays:
        made = h.harmonise(straight(array), grid, rng)
        assert (made.dtype, made.shape) == (np.uint8, grid.shape)
        assert (made.min(), made.max()) == (0, 255)
        inside = made[made > 0]
        assert 0.002 < (inside == 255).mean() < 0.03
        assert np.unique(inside).size > 150  # no comb, even of 20 original levels
        edge = made.copy()
        edge[1:-1, 1:-1, 1:-1] = 0
        assert not edge.any()


def test_a_catch_case_is_nothing_like_its_original(blobs, rng):
    made = h.harmonise(straight(blobs(1)), h.CommonGrid((2.0, 2.0, 3.0), (22, 24, 14)), rng)
    ruined = h.obvious(made, rng)
    inside = made > 0
    np.testing.assert_array_equal(ruined > 0, inside)
    assert np.abs(ruined[inside].astype(float) - made[inside]).mean() > 25


def test_a_grid_too_coarse_for_a_case_is_named(blobs, rng):
    with pytest.raises(ValueError, match="2 x 2 x 2 voxels of 90 x 90 x 90 mm; leave the coarsest"):
        h.harmonise(straight(blobs(1)), h.CommonGrid((90.0, 90.0, 90.0), (2, 2, 2)), rng)


def test_how_much_a_grid_cuts_off():
    """A block of 10 x 8 x 6 mm; 4 voxels of 1 mm leave 4 of its 10 mm, 3 of 2 mm all 6 of 6."""
    array = np.zeros((30, 30, 30))
    array[5:15, 10:18, 20:26] = 100
    volume = straight(array, (1.0, 1.0, 1.0))
    assert h.cut_off(volume, h.CommonGrid((1.0, 1.0, 2.0), (4, 8, 3))) == pytest.approx(0.6)
    assert h.cut_off(volume, h.CommonGrid((1.0, 1.0, 1.0), (10, 8, 6))) == 0.0


def as_a_generator_writes(array, rng):
    """Floats in -1 to 1 with a background that ripples, instead of whole numbers above 0."""
    scaled = array.astype(np.float32) / array.max() * 1.998 - 0.999
    ripple = -0.998 + 0.001 * rng.standard_normal(array.shape, dtype=np.float32)
    return np.where(scaled < -0.97, ripple, scaled)


def test_how_a_real_brain_was_stored_leaves_no_trace(real_data, rng):
    """The same brain as the scanner's whole numbers and as a generator's floats."""
    file = sorted((real_data / "brain_t1").glob("*.nii.gz"))[0]
    whole = straight(read(file).array, (2.0, 2.0, 2.0))
    floats = straight(as_a_generator_writes(whole.array, rng), (2.0, 2.0, 2.0))
    grid = h.common_grid([h.extent(whole)], spacing=(4.0, 4.0, 4.0))
    first, second = (
        h.harmonise(volume, grid, np.random.default_rng(5)).astype(int)
        for volume in (whole, floats)
    )
    assert 0.2 < (first > 0).mean() < 0.6
    assert np.mean((first > 0) != (second > 0)) < 0.005
    assert np.median(np.abs(first - second)[first > 0]) <= 1
