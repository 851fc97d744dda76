"""Cutting cycles out of cines: phases, field, orientation, the heart."""

import dataclasses

import numpy as np
import pytest

from MedGANSynthLib.data.cine_phantom import contraction, heart_phantom
from MedGANSynthLib.data.cycles import cut_cycles, resample_phases, upright
from MedGANSynthLib.data.heart import heart_centre
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.cine import read_cine
from MedGANSynthLib.volume.grid import Intensity
from MedGANSynthLib.volume.volume import Volume

ALL = Intensity(0.0, 100.0)


def test_phases_of_a_wave_are_that_wave_at_other_times():
    wave = np.cos(2 * np.pi * np.arange(25) / 25)
    made = resample_phases(wave, 20)
    np.testing.assert_allclose(made, np.cos(2 * np.pi * np.arange(20) / 20), atol=2e-4)
    np.testing.assert_allclose(resample_phases(wave, 25), wave, atol=1e-12)


def cine(shape=(32, 24, 2, 8), spacing=(1.0, 2.0, 5.0), seed=0):
    rng = np.random.default_rng(seed)
    affine = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    return Volume(rng.uniform(1, 2, shape), affine, time_step=0.05)


def test_the_field_is_in_millimetres_and_what_is_outside_is_background():
    """32 x 1 mm and 24 x 2 mm: a field of 48 mm has 8 mm of nothing on either side of i."""
    made = cut_cycles("s", cine(), 24, 48.0, 8, ALL)
    assert made.images.shape == (2, 8, 24, 24)
    assert made.spacing == (2.0, 2.0, 5.0)
    columns = made.images[0, 0]
    assert (columns[:, :4] == -1).all() and (columns[:, -4:] == -1).all()
    assert (columns[:, 4:-4] > -1).all()
    assert made.intensity_range == pytest.approx((1, 2), abs=1e-2)
    assert made.time_step == 0.05


def test_without_resampling_the_pixels_stay_and_hang_upright():
    volume = cine((16, 16, 1, 4), (1.0, 1.0, 5.0))
    made = cut_cycles("s", volume, 16, 16.0, 4, ALL).images[0]
    expected = np.moveaxis(volume.array[:, :, 0], 2, 0).transpose(0, 2, 1)  # rows are j
    low, high = volume.array.min(), volume.array.max()
    np.testing.assert_allclose(made, 2 * (expected - low) / (high - low) - 1, atol=1e-3)


@pytest.mark.parametrize("flips", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
def test_a_picture_hangs_the_same_however_it_is_stored(flips):
    volume = cine((6, 5, 1, 2))
    stored = volume.array[:: flips[0], :: flips[1]]
    affine = volume.affine @ np.diag([*flips, 1, 1])
    turned = Volume(stored, affine)
    for other in (turned, Volume(np.swapaxes(stored, 0, 1), affine[:, [1, 0, 2, 3]])):
        array, spacing = upright(other, other.array)
        assert np.array_equal(array, np.swapaxes(volume.array, 0, 1))
        assert spacing == (2.0, 1.0)


def test_the_first_phases_or_all_of_them():
    volume = cine((16, 16, 1, 8), (1.0, 1.0, 5.0))
    first = cut_cycles("s", volume, 16, 16.0, 4, ALL, phases="first")
    every = cut_cycles("s", volume, 16, 16.0, 4, ALL, phases="resampled")
    whole = cut_cycles("s", volume, 16, 16.0, 8, ALL).images[0]
    np.testing.assert_allclose(first.images[0], whole[:4], atol=1e-6)
    np.testing.assert_allclose(every.images[0], whole[::2], atol=1e-6)
    assert (first.time_step, every.time_step) == (0.05, 0.1)


def test_the_heart_is_found_by_its_beat_and_by_its_mask():
    shifted = 12
    for seed in range(3):
        made = heart_phantom(seed, side=96)
        frames, mask = (np.roll(made[n].array[:, :, 0], shifted, 1) for n in ("cine", "mask"))
        by_mask, by_beat = heart_centre(frames, mask), heart_centre(frames)
        assert by_mask[1] == pytest.approx(47.5 + shifted, abs=5)
        assert np.hypot(*np.subtract(by_mask, by_beat)) < 8  # pixels, of an outer radius of 17


def test_a_slice_in_which_nothing_moves_is_cut_in_its_middle():
    assert heart_centre(np.full((9, 7, 4), 3.0)) == (4, 3)


def test_a_cut_round_the_heart_has_it_in_the_middle():
    made = heart_phantom(1, side=96)
    cut = cut_cycles("s", made["cine"], 32, 64.0, 20, ALL, "heart", mask=made["mask"]).images[0]
    bright = np.argwhere(cut[0] > 0.6).mean(axis=0)
    assert np.abs(bright - 15.5).max() < 3


def test_wrong_input_gets_one_sentence():
    volume = cine()
    with pytest.raises(MedGANSynthError, match="sub: its cine has 8 frames, fewer than the 9"):
        cut_cycles("sub", volume, 16, 16.0, 9, ALL)
    still = dataclasses.replace(volume, array=np.ones_like(volume.array))
    with pytest.raises(MedGANSynthError, match="sub: nothing moves in its cine"):
        cut_cycles("sub", still, 16, 16.0, 8, ALL, "heart")
    with pytest.raises(MedGANSynthError, match="sub: its mask's size"):
        cut_cycles("sub", volume, 16, 16.0, 8, ALL, mask=cine((3, 3, 1, 8)))


def test_the_phantom_beats():
    """Its blood pool is largest at frame 0 and smallest near the end of systole."""
    made = heart_phantom(0)
    area = made["mask"].array.sum(axis=(0, 1, 2))
    assert area.argmax() == 0
    assert 6 <= area.argmin() <= 8
    assert made["cine"].provenance.model == "heart-phantom"


def test_a_contraction_begins_and_ends_relaxed():
    assert contraction(np.array([0.0, 0.37, 0.999])) == pytest.approx([0, 1, 0], abs=1e-4)


def test_real_hearts_are_found(real_data):
    """Short-axis slices of one person: the beat lies in the middle half of the image."""
    path = real_data / "cardiac_cine" / "patient1_series01_cine.nii.gz"
    volume = read_cine(path)
    array, _ = upright(volume, volume.array)
    place = np.array(heart_centre(array[:, :, 0])) / array.shape[:2]
    assert (np.abs(place - 0.5) < 0.25).all()
