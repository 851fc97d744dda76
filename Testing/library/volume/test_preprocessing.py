import nibabel as nib
import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.geometry import reorient
from MedGANSynthLib.volume.grid import Grid, Intensity
from MedGANSynthLib.volume.intensity import intensity_range, scale
from MedGANSynthLib.volume.preprocessing import prepare
from MedGANSynthLib.volume.volume import Volume

pytestmark = pytest.mark.usefixtures("small_and_large")

FULL = Intensity(0.0, 100.0)


def positions(shape, affine):
    """RAS position of every voxel, `[i, j, k, 3]`."""
    return nib.affines.apply_affine(affine, np.moveaxis(np.indices(shape), 0, -1))


def test_undo_is_bit_identical_from_every_orientation(make_volume, axcodes):
    volume = make_volume(axcodes=axcodes, turned=True)
    prepared = prepare(volume, Grid("PLS", multiple=(4, 4, 4)), FULL)
    assert nib.aff2axcodes(prepared.affine) == tuple("PLS")
    expected = scale(volume.array, *intensity_range(volume.array, FULL))
    assert np.array_equal(prepared.undo(prepared.array), expected)


def test_each_voxel_keeps_its_place_in_the_patient(make_volume, axcodes):
    volume = make_volume(axcodes=axcodes, turned=True)
    prepared = prepare(volume, Grid("LPS", multiple=(8, 8, 8)), FULL)
    before, after = (
        positions(volume.shape, volume.affine),
        positions(prepared.array.shape, prepared.affine),
    )
    expected = scale(volume.array, *intensity_range(volume.array, FULL))
    for index in [(0, 0, 0), (6, 8, 4), (1, 7, 2)]:
        distance = np.linalg.norm(after - before[index], axis=-1)
        nearest = np.unravel_index(distance.argmin(), distance.shape)
        assert distance[nearest] < 1e-9
        assert prepared.array[nearest] == expected[index]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7, 9, 5), (8, 8, 1), (1, 3, 2)])
def test_undo_is_exact_for_types_and_odd_shapes(make_volume, dtype, shape):
    volume = make_volume(shape, "LIP", dtype)
    volume = volume.with_array((volume.array % 200).astype(dtype))
    prepared = prepare(volume, Grid("PLS", multiple=(16, 16, 1)), FULL)
    assert prepared.array.dtype == np.float32
    assert all(n % m == 0 for n, m in zip(prepared.array.shape, (16, 16, 1), strict=True))
    expected = scale(volume.array, *intensity_range(volume.array, FULL))
    assert np.array_equal(prepared.undo(prepared.array), expected)


def test_linear_scaling_by_hand():
    volume = Volume(np.array([[[-100, -50, 0, 50, 100]]], dtype=np.int16), np.eye(4))
    prepared = prepare(volume, Grid("RAS"), Intensity(0, 100))
    # The minimum, -100, is background; -50..100 become -1..1.
    assert prepared.intensity_range == (-50.0, 100.0)
    assert np.allclose(prepared.array.ravel(), [-1, -1, -1 / 3, 1 / 3, 1], atol=1e-7)


def test_headroom_keeps_what_is_brighter_than_the_upper_percentile():
    volume = Volume(np.array([[[-100, -50, 0, 50, 100]]], dtype=np.int16), np.eye(4))
    prepared = prepare(volume, Grid("RAS"), Intensity(0, 100, headroom=1.0))
    assert prepared.intensity_range == (-50.0, 250.0)
    assert np.allclose(prepared.array.ravel(), [-1, -1, -2 / 3, -1 / 3, 0], atol=1e-7)


def test_zero_padding_does_not_change_the_scale(make_volume):
    volume = make_volume((20, 20, 20))
    padded = np.pad(volume.array, 64)
    assert intensity_range(padded, Intensity()) == intensity_range(volume.array, Intensity())


HARD = {
    "zero": np.zeros((4, 4, 4), np.int16),
    "constant": np.full((4, 4, 4), -7.5, np.float32),
    "one bright voxel": np.pad(np.full((1, 1, 1), 9, np.uint8), 2),
    "mask": np.pad(np.ones((2, 2, 2), np.uint8), 1),
    "hot pixel": np.concatenate([np.arange(999.0), [1e9]]).reshape(10, 10, 10),
    "huge": np.concatenate([np.arange(999.0), [1e300]]).reshape(10, 10, 10),
    "tiny": np.linspace(0, 1e-42, 64, dtype=np.float64).reshape(4, 4, 4),
    "narrow far from zero": (1e9 + np.linspace(0, 1, 64)).reshape(4, 4, 4),
    "HU": np.random.default_rng(0).integers(-1024, 3071, (6, 6, 6)).astype(np.int16),
    "full int16": np.array([-32768, -32767, 0, 32767], np.int16).reshape(2, 2, 1),
}


@pytest.mark.parametrize("centre", [False, True])
@pytest.mark.parametrize("name", HARD)
def test_scaling_stays_finite_and_in_range(name, centre):
    prepared = prepare(Volume(HARD[name], np.eye(4)), Grid("RAS"), Intensity(centre=centre))
    assert np.isfinite(prepared.array).all()
    assert prepared.array.min() >= -1 and prepared.array.max() <= 1


def test_constant_is_background_and_mask_is_foreground():
    constant = prepare(Volume(HARD["constant"], np.eye(4)), Grid("RAS"), Intensity())
    assert (constant.array == -1).all()
    mask = prepare(Volume(HARD["mask"], np.eye(4)), Grid("RAS"), Intensity())
    assert np.array_equal(mask.array, np.where(HARD["mask"], 1, -1))


def test_the_centres_scale_does_not_know_of_scalp_or_border():
    radius = np.linalg.norm(np.indices((24, 24, 24)) - 11.5, axis=0)
    brain = np.where(radius < 8, 500 + 25 * np.indices((24, 24, 24))[0], 0)
    head = np.where((radius > 10) & (radius < 11), 3000, brain)
    rule = Intensity(upper=50, headroom=1.0, centre=True)
    # The middle of the brain's ramp is 500 + 25 * 11.5; one more of it is the headroom.
    assert intensity_range(brain, rule) == pytest.approx((0, 2 * 787.5), abs=25)
    assert intensity_range(head, rule) == pytest.approx(intensity_range(brain, rule), rel=0.04)
    assert intensity_range(np.pad(head, 9), rule) == intensity_range(head, rule)
    assert intensity_range(head, Intensity())[1] > 2 * intensity_range(brain, Intensity())[1]


def test_hot_pixel_leaves_the_contrast():
    prepared = prepare(Volume(HARD["hot pixel"], np.eye(4)), Grid("RAS"), Intensity())
    assert prepared.intensity_range[1] < 1000
    assert prepared.array.std() > 0.5


def test_spacing_inside_the_range_is_never_resampled(make_volume):
    volume = make_volume((6, 6, 4), spacing=(0.4, 0.4, 5.0))
    prepared = prepare(volume, Grid("RAS", ((0.3, 1.0), (0.4, 0.4), None)), FULL)
    assert not prepared.resampled
    assert np.allclose(prepared.spacing, (0.4, 0.4, 5.0))


def test_spacing_outside_goes_to_the_nearest_end_axis_by_axis(make_volume):
    volume = make_volume((50, 40, 6), spacing=(0.4, 0.4, 5.0))
    prepared = prepare(volume, Grid("RAS", ((0.8, 1.2), None, (1.0, 2.5))), FULL)
    assert prepared.resampled
    assert np.allclose(prepared.spacing, (0.8, 0.4, 2.5))
    assert prepared.array.shape == (25, 40, 12)


@pytest.mark.parametrize("turned", [False, True])
def test_landmarks_return_within_a_thousandth_of_a_millimetre(turned, make_volume):
    """A blob's centre of mass, after coarsening 0.4 x 0.4 x 5 mm and back, in all axes."""
    volume = make_volume((75, 61, 9), "LPS", turned=turned, spacing=(0.4, 0.4, 5.0))
    where = positions(volume.shape, volume.affine)
    centre = nib.affines.apply_affine(volume.affine, (37, 30, 4))
    blob = np.exp(-(((where - centre) ** 2).sum(-1)) / (2 * 4.0**2))
    prepared = prepare(
        volume.with_array(blob.astype(np.float32)),
        Grid("PLS", ((1.0, 1.0), (1.0, 1.0), (2.5, 2.5)), (8, 8, 8)),
        FULL,
    )
    for array, affine in [
        (prepared.array, prepared.affine),
        (prepared.undo(prepared.array), volume.affine),
    ]:
        weight = array.astype(float) + 1
        mass = (positions(array.shape, affine) * weight[..., None]).sum((0, 1, 2)) / weight.sum()
        assert np.abs(mass - centre).max() < 1e-3


def test_resampled_linear_ramp_returns(make_volume):
    """A function linear in space is its own interpolation away from the edges."""
    volume = make_volume((12, 12, 15), "RAS", turned=True, spacing=(1.0, 1.0, 5.0))
    ramp = positions(volume.shape, volume.affine) @ np.array([0.3, -0.2, 0.5])
    volume = volume.with_array(ramp.astype(np.float32))
    prepared = prepare(volume, Grid("RAS", (None, None, (2.0, 2.5))), FULL)
    expected = scale(volume.array, *intensity_range(volume.array, FULL))
    back = prepared.undo(prepared.array)
    assert np.abs(back - expected)[:, :, 5:-5].max() < 1e-3


def test_resampling_leaves_the_background_blank(make_volume):
    """A spline rings around a bright block; nothing of it may show outside."""
    volume = make_volume((24, 24, 24), spacing=(1.0, 1.0, 1.0))
    block = np.zeros(volume.shape, np.float32)
    block[8:16, 8:16, 8:16] = 1
    prepared = prepare(volume.with_array(block), Grid("RAS", ((1.5, 1.5),) * 3), FULL)
    back = prepared.undo(prepared.array)
    outside = np.ones(volume.shape, bool)
    outside[5:19, 5:19, 5:19] = False
    assert (back[outside] == -1).all()
    assert back[10:14, 10:14, 10:14].min() > 0.9


def test_one_slice_is_resampled_to_slices_and_back(make_volume):
    volume = make_volume((16, 16, 1), spacing=(1.0, 1.0, 5.0))
    prepared = prepare(volume, Grid("RAS", (None, None, (1.0, 1.0))), FULL)
    assert prepared.array.shape == (16, 16, 5)
    assert np.ptp(prepared.array, axis=2).max() < 1e-5
    expected = scale(volume.array, *intensity_range(volume.array, FULL))
    assert np.abs(prepared.undo(prepared.array) - expected).max() < 1e-5


def test_voxels_as_large_as_rooms_are_refused():
    """Micrometres that were read as millimetres: each would be cut into 27 million."""
    volume = Volume(np.zeros((30, 30, 30), np.float32), np.diag([300.0, 300.0, 300.0, 1.0]))
    with pytest.raises(MedGANSynthError, match="300 x 300 x 300 mm make 9000 x 9000 x 9000 on"):
        prepare(volume, Grid("RAS", spacing=((0.5, 1.0),) * 3), FULL)


def test_exact_size_crops_and_pads_about_the_centre(make_volume):
    volume = make_volume((10, 4, 5), "RAS")
    prepared = prepare(volume, Grid("RAS", size=(6, 8, 5)), FULL)
    assert prepared.array.shape == (6, 8, 5)
    expected = scale(volume.array, *intensity_range(volume.array, FULL))
    assert np.array_equal(prepared.array[:, 2:6], expected[2:8])
    assert (prepared.array[:, :2] == -1).all() and (prepared.array[:, 6:] == -1).all()
    back = prepared.undo(prepared.array)
    assert np.array_equal(back[2:8], expected[2:8])
    assert (back[:2] == -1).all() and (back[8:] == -1).all()


def test_oblique_volume_is_not_rotated(make_volume):
    volume = make_volume(axcodes="LPS", turned=True)
    prepared = prepare(volume, Grid("PLS"), FULL)
    axes = {tuple(np.round(np.abs(c), 9)) for c in volume.affine[:3, :3].T}
    assert {tuple(np.round(np.abs(c), 9)) for c in prepared.affine[:3, :3].T} == axes


def test_the_input_is_left_alone(make_volume):
    volume = make_volume()
    before = volume.array.copy()
    prepared = prepare(volume, Grid("PLS"), FULL)
    prepared.array[...] = 5
    assert np.array_equal(volume.array, before)


def test_undo_refuses_another_shape(make_volume):
    prepared = prepare(make_volume(), Grid("PLS"), FULL)
    with pytest.raises(ValueError, match="expected the shape"):
        prepared.undo(np.zeros((1, 2, 3)))


def test_reorient_there_and_back(make_volume, axcodes):
    volume = make_volume(turned=True)
    back = reorient(reorient(volume, axcodes), "RAS")
    assert np.array_equal(back.array, volume.array)
    assert np.allclose(back.affine, volume.affine, atol=1e-12)
