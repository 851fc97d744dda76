"""Whole volumes: padding, masks, the endless stream, and the six changes."""

import numpy as np
import pytest
import torch

from MedGANSynthLib.data.settings import VolumeAugmentation, Volumes
from MedGANSynthLib.data.volume_augmentation import AugmentVolume
from MedGANSynthLib.data.volumes import Scan, VolumeDataset, load_scan
from MedGANSynthLib.volume.volume import Volume

OFF = {"flip": 0.0, "rotate": 0.0, "intensity": 0.0, "zoom": 1.0, "noise": 0.0, "shift": (0, 0, 0)}


def volume(shape=(16, 16, 10)):
    rng = np.random.default_rng(0)
    return Volume(rng.uniform(1, 2, shape), np.diag([0.375, 0.375, 0.5, 1.0]))


def test_a_rat_like_scan_is_padded_in_the_middle_of_the_cube():
    """16x16x10 in a cube of 16, as 64x64x40 in a cube of 64."""
    scan = load_scan("rat", {"t2": volume()}, Volumes(modality="t2", size=(16, 16, 16)))
    assert scan.array.shape == (16, 16, 16)
    assert scan.extent == (16, 16, 10)
    assert scan.spacing == pytest.approx((0.375, 0.375, 0.5))
    assert (scan.array[:, :, :3] == -1).all()
    assert (scan.array[:, :, 13:] == -1).all()
    assert (scan.array[:, :, 3:13] > -1).mean() > 0.98
    assert scan.array.min() == -1
    assert scan.array.max() <= 1


def test_outside_the_mask_is_blanked():
    mask = np.zeros((16, 16, 10), np.uint8)
    mask[4:12, 4:12] = 1
    volumes = {"t1": volume(), "mask": volume().with_array(mask)}
    size = (16, 16, 16)
    scan = load_scan("a", volumes, Volumes(size=size, stripped=True))
    assert (scan.array[:4] == -1).all()
    assert (scan.array[4:12, 4:12, 3:13] > -1).mean() > 0.95
    assert (load_scan("a", volumes, Volumes(size=size)).array[:4, :, 3:13] > -1).any()


def test_a_scan_that_loses_tissue_is_told_from_one_that_loses_air():
    made = volume((40, 40, 40))
    made.array[:] = 0
    made.array[12:28, 12:28, 12:28] = 1000
    fits = Volumes(modality="t1", size=(32, 32, 32), spacing=None)
    assert not load_scan("a", {"t1": made}, fits).is_cut
    made.array[2:30] = 1000
    assert load_scan("a", {"t1": made}, fits).is_cut
    whole = Volumes(modality="t1", size=(48, 48, 48), spacing=None)
    assert not load_scan("a", {"t1": made}, whole).is_cut


def scans(count=5):
    arrays = [np.full((16, 16, 16), number / 10, np.float32) for number in range(count)]
    return [
        Scan(str(n), a, (1, 1, 1), (16, 16, 16), (float(n), 10.0 + n)) for n, a in enumerate(arrays)
    ]


def test_every_epoch_shows_every_scan_once_in_both_streams():
    still = Volumes(size=(16, 16, 16), augmentation=VolumeAugmentation(**OFF))
    items = VolumeDataset(scans(), still, seed=0)
    orders = {}
    for name in ("image", "other"):
        for epoch in range(2):
            seen = [round(float(items[5 * epoch + n][name].mean()) * 10) for n in range(5)]
            assert sorted(seen) == [0, 1, 2, 3, 4]
            orders[name, epoch] = tuple(seen)
    assert len(set(orders.values())) > 1


def test_an_item_depends_on_seed_and_number_alone():
    settings = Volumes(size=(16, 16, 16), augmentation=VolumeAugmentation(probability=1.0))
    first = VolumeDataset(scans(), settings, seed=1)
    expected = {n: first[n] for n in (3, 0, 17)}
    other = VolumeDataset(scans(), settings, seed=1)
    for n, item in expected.items():
        for name in ("image", "other"):
            assert torch.equal(item[name], other[n][name])
    assert not torch.equal(expected[3]["image"], VolumeDataset(scans(), settings, 2)[3]["image"])


def augment(array, seed=0, **changes):
    settings = VolumeAugmentation(**OFF | {"probability": 1.0} | changes)
    return AugmentVolume(settings)(torch.from_numpy(array)[None], seed)[0].numpy()


@pytest.fixture
def box():
    array = np.full((16, 16, 16), -1.0, np.float32)
    array[4:8, 4:12, 4:12] = 0.0
    return array


def test_without_changes_nothing_changes(box):
    np.testing.assert_allclose(augment(box), box, atol=1e-6)


def test_flip_mirrors_the_chosen_axis(box):
    np.testing.assert_allclose(augment(box, flip=1.0), box[::-1], atol=1e-6)
    np.testing.assert_allclose(augment(box, flip=1.0, flip_axis=1), box[:, ::-1], atol=1e-6)


def test_intensity_leaves_the_background(box):
    made = augment(box, intensity=0.1)
    assert (made[box == -1] == -1).all()
    inside = made[box == 0] + 1
    assert inside.std() < 1e-6
    assert 0.9 <= inside.mean() <= 1.1
    assert abs(inside.mean() - 1) > 1e-3


def test_noise_has_its_size_after_normalisation():
    """The published code adds it before, where raw intensities drown it."""
    made = augment(np.zeros((32, 32, 32), np.float32), noise=0.05)
    assert made.mean() == pytest.approx(0, abs=1e-3)
    assert 0 < made.std() <= 0.05 * 1.05  # MONAI draws the size up to the given one


def test_shift_moves_by_at_most_so_many_voxels_and_not_along_the_third_axis(box):
    moved = set()
    for seed in range(8):
        made = augment(box, seed, shift=(4, 4, 0)) + 1
        weights = [made.sum(axis=tuple(set(range(3)) - {a})) for a in range(3)]
        centre = [float((w * np.arange(16)).sum() / w.sum()) for w in weights]
        assert abs(centre[0] - 5.5) <= 4.1
        assert abs(centre[1] - 7.5) <= 4.1
        assert centre[2] == pytest.approx(7.5, abs=0.01)
        moved.add(round(centre[0]))
    assert len(moved) > 1


def test_rotation_and_zoom_keep_the_box_about_where_it_is(box):
    for changes in ({"rotate": 3.0}, {"zoom": 1.1}):
        made = augment(box, 1, **changes)
        assert made.shape == box.shape
        assert made.min() >= -1
        assert np.abs(made - box).mean() < 0.1
        assert np.abs(made - box).max() > 0.01
