"""Examinations with several modalities, and the patches drawn of them."""

import numpy as np
import pytest
import torch

from MedGANSynthLib.data.modalities import (
    PatchDataset,
    cut,
    load_examination,
    merge,
    thickened,
    without_holes,
)
from MedGANSynthLib.data.settings import Modalities, PatchAugmentation
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.volume import Volume

SETTINGS = Modalities(size=(16, 16, 16))
SHAPE = (24, 20, 18)


def volumes(shape=SHAPE, spacing=1.0, mask=True):
    rng, affine = np.random.default_rng(0), np.diag([spacing, spacing, spacing, 1.0])
    made = {n: Volume(rng.uniform(1, 1000, shape), affine, n) for n in ("t1", "t2", "flair")}
    if mask:
        inside = np.zeros(shape, np.uint8)
        inside[4:-4, 4:-4, 4:-4] = 1
        made["mask"] = Volume(inside, affine, "mask")
    return made


def test_inputs_in_order_target_and_mask():
    given = volumes()
    person, notes = load_examination("p", given, SETTINGS)
    assert person.inputs.shape == (2, *SHAPE)
    assert notes == []
    low, high = person.ranges[1]
    expected = np.clip((given["t2"].array - low) / (high - low) * 2 - 1, -1, 1)
    np.testing.assert_allclose(person.inputs[1], expected, atol=1e-5)
    assert np.array_equal(person.inside, given["mask"].array > 0)


def test_without_a_mask_the_targets_foreground_counts():
    given = volumes(mask=False)
    given["flair"].array[:5] = 0
    person, _ = load_examination("p", given, SETTINGS)
    assert not person.inside[:5].any()
    assert person.inside[5:].all()
    assert (person.target[:5] == -1).all()
    assert person.minimum == 0


def test_other_grids_come_to_the_first_inputs_with_a_notice():
    given = volumes() | {"flair": volumes((12, 10, 9), 2.0)["flair"]}
    person, notes = load_examination("p", given, SETTINGS)
    assert person.target.shape == SHAPE
    assert notes == ["p: flair: resampled to the grid of t1."]


def test_an_empty_mask_is_refused_by_name():
    given = volumes()
    given["mask"].array[:] = 0
    with pytest.raises(MedGANSynthError, match="p: its mask is empty"):
        load_examination("p", given, SETTINGS)


def test_a_mask_beside_the_middle_is_refused_by_name():
    given = volumes()
    given["mask"].array[:] = 0
    given["mask"].array[0, 0, 0] = 1
    with pytest.raises(MedGANSynthError, match="p: its mask lies outside"):
        load_examination("p", given, Modalities(size=(16, 16, 16), whole=True))


@pytest.mark.parametrize(
    ("side", "whole", "told"),
    [(16, True, ["p: 50% of its mask lies outside data.size"]), (32, True, []), (16, False, [])],
)
def test_a_mask_that_the_box_cuts_is_told(side, whole, told):
    given = volumes()
    shape = given["mask"].array.shape
    first = (shape[0] - 16) // 2  # where a box of 16 begins
    given["mask"].array[:] = 0
    given["mask"].array[first - 1 : first + 1, 8, 8] = 1
    _, notes = load_examination("p", given, Modalities(size=(side,) * 3, whole=whole))
    assert [note.split(" and is not")[0] for note in notes] == told


def test_volumes_of_different_places_are_refused_by_name():
    given = volumes()
    far = given["flair"].affine.copy()
    far[:3, 3] = 500
    given["flair"] = Volume(given["flair"].array, far)
    with pytest.raises(MedGANSynthError, match="p: flair and t1 share no place"):
        load_examination("p", given, SETTINGS)


def test_standardised_targets_have_the_brains_median_at_a_known_place():
    person, _ = load_examination("p", volumes(), Modalities(size=(16, 16, 16), standardise=True))
    # -1 is 6 deviations below the median and 1 is 8 above it.
    assert np.median(person.target[person.inside]) == pytest.approx(-1 + 2 * 6 / 14, abs=1e-3)


def test_stripped_examinations_are_blank_outside_the_mask():
    person, _ = load_examination("p", volumes(), Modalities(size=(16, 16, 16), stripped=True))
    assert (person.inputs[:, ~person.inside] == -1).all()
    assert (person.target[~person.inside] == -1).all()


def test_fluid_at_the_targets_minimum_is_inside_where_no_mask_says_otherwise():
    given = volumes(mask=False)
    target = given["flair"].array
    target[:2], target[-2:], target[8:10, 8:10, :] = 0, 0, 0
    settings = Modalities(size=(16, 16, 16), stripped=True, standardise=True)
    person, _ = load_examination("p", given, settings)
    assert person.inside[8:10, 8:10].all() and not person.inside[:2].any()
    assert (person.inputs[:, 8:10, 8:10] > -1).mean() > 0.9 and (person.inputs[:, :2] == -1).all()
    assert (person.target[8:10, 8:10] > -1).all() and (person.target[:2] == -1).all()


def test_holes_are_what_a_plane_encloses():
    ring = np.zeros((5, 5, 3), bool)
    ring[1:4, 1:4] = True
    ring[2, 2] = False  # a tunnel along k, open at both ends
    filled = without_holes(ring)
    assert filled[2, 2].all() and filled.sum() == ring.sum() + 3
    assert not ring[2, 2].any()
    ring[2, 1] = False  # an open bay
    assert np.array_equal(without_holes(ring), ring)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"inputs": ("t1", "t1")}, "t1 is named twice"),
        ({"target": "t2"}, "t2 is named twice"),
        ({"size": (64, 64), "whole": True}, "three sides"),
        ({"size": (64, 64), "mirrored": True}, "mirrored=true needs three sides"),
    ],
)
def test_settings_that_contradict_themselves(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        Modalities(**changes)


def test_a_block_is_shifted_inside_and_padded_where_it_cannot_be():
    array = np.arange(5 * 3, dtype=np.float32).reshape(5, 3, 1)
    block = cut(array, (0, 1, 0), (3, 5, 1))
    assert block.shape == (3, 5, 1)
    np.testing.assert_array_equal(block[:, 1:4, 0], array[:3, :, 0])
    assert (block[:, [0, 4]] == -1).all()


def people(count=3):
    return [load_examination(f"p{n}", volumes(), SETTINGS)[0] for n in range(count)]


def test_items_follow_from_their_number_alone():
    augmentation = PatchAugmentation(flip=0.5, affine=1.0, contrast=1.0, bias=1.0, noise=1.0)
    settings = Modalities(size=(16, 16, 16), augmentation=augmentation)
    one, two = (PatchDataset(people(), settings, seed=3) for _ in range(2))
    two[0], two[4]
    for name, patch in one[7].items():
        assert torch.equal(patch, two[7][name])
    item = one[7]
    assert item["inputs"].shape == (2, 16, 16, 16)
    assert item["target"].shape == item["inside"].shape == (1, 16, 16, 16)
    assert set(item["inside"].unique().tolist()) <= {0.0, 1.0}
    assert item["inputs"].abs().max() <= 1


def test_an_epoch_sees_everybody_once():
    items = PatchDataset(people(), SETTINGS, seed=0)
    for person, shift in zip(items.people, (0.1, 0.2, 0.3), strict=True):
        person.target[:] = shift
    seen = sorted(round(float(items[n]["target"].max()), 1) for n in range(3, 6))
    assert seen == [0.1, 0.2, 0.3]


def test_inputs_target_and_mask_move_together():
    """All are the same image: after rotation and mirror they still are."""
    augmentation = PatchAugmentation(flip=1.0, affine=1.0, rotate=20.0)
    (person,) = people(1)
    person.inputs[:], person.target[:] = person.inputs[0], person.inputs[0]
    settings = Modalities(size=(16, 16, 16), augmentation=augmentation)
    item = PatchDataset([person], settings, seed=0)[0]
    torch.testing.assert_close(item["inputs"][1:], item["target"])
    torch.testing.assert_close(item["inputs"][:1], item["target"])


def test_slices_for_a_2d_network():
    item = PatchDataset(people(), Modalities(size=(16, 24)), seed=0)[0]
    assert item["inputs"].shape == (2, 16, 24)
    assert (item["target"][:, :, [0, -1]] == -1).all()  # 20 voxels, padded to 24


def test_thin_slices_are_averaged_up_to_the_thickest():
    """The target's value is its slice number, so the step between slices tells how many met."""
    settings = Modalities(size=(16, 16, 16), thickest=3.5)
    person, _ = load_examination("p", volumes((16, 16, 64)), settings)
    person.target[:] = np.arange(64) / 64
    items = PatchDataset([person], settings, seed=0)
    steps = {round(64 * float(items[n]["target"][0, 0, 0].diff().median())) for n in range(30)}
    assert steps == {1, 2, 3}


def test_slices_are_merged_by_their_means():
    block = np.arange(6, dtype=np.float32).reshape(1, 1, 6)
    assert merge(block, 3).ravel().tolist() == [1.0, 4.0]


def test_thick_slices_keep_means_and_lose_what_is_fine():
    """Along the axis from feet to head, wherever it lies in the file: here the first."""
    k = np.arange(24)
    column = 100 + 10 * np.sin(2 * np.pi * k / 24) + 50 * (-1.0) ** k
    array = np.broadcast_to(column[:, None, None], (24, 8, 8)).astype(np.float32)
    affine = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1.0]])
    thick = thickened(Volume(array, affine), 4.0, "RAS")
    assert thick.shape == array.shape
    slow = 100 + 10 * np.sin(2 * np.pi * k / 24)
    np.testing.assert_allclose(thick.array[4:-4, 4, 4], slow[4:-4], atol=1.5)


def test_super_resolution_makes_its_input_of_the_target():
    settings = Modalities(inputs=("t1",), target="t1", thick=4.0, size=(16, 16, 16))
    person, _ = load_examination("p", volumes(), settings)
    assert person.inputs.shape == (1, *SHAPE)
    assert person.inputs[0].std() < 0.8 * person.target.std()
