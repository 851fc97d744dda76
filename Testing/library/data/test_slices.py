"""Cached slices: what is drawn, in which order, and that it can be repeated."""

import dataclasses

import numpy as np
import pytest
import torch

from MedGANSynthLib.data.augmentation import SlabAugmentation
from MedGANSynthLib.data.settings import SliceAugmentation, SlicePairs
from MedGANSynthLib.data.slices import SlicePairDataset, load_head
from MedGANSynthLib.data.standard import standard_range
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.volume import Volume

PLAIN = SliceAugmentation(flip=0.0)
SETTINGS = SlicePairs(paired=True, size=(8, 8), orientation="RAS", augmentation=PLAIN)


def volumes(power=1.0):
    """8x8x6 voxels with a bright square in slices 1 to 4; T2 = 3000 - T1 inside."""
    t1 = np.zeros((8, 8, 6), np.float32)
    t1[2:6, 2:6, 1:5] = 100 + np.arange(64.0).reshape(4, 4, 4) ** power
    t2 = np.where(t1 > 0, 3000 - t1, 0).astype(np.float32)
    mask = (t1 > 0) & (np.arange(8)[:, None, None] < 4)
    affine = np.diag([1.0, 1.0, 5.0, 1.0])
    return {
        "t1": Volume(t1, affine),
        "t2": Volume(t2, affine),
        "mask": Volume(mask.astype(np.uint8), affine),
    }


def heads(settings=SETTINGS, count=2):
    return [load_head(f"p{i}", volumes(1 + i / 10), settings) for i in range(count)]


def test_blank_slices_are_left_out_and_an_epoch_shows_every_slice_once():
    data = SlicePairDataset(heads(), SETTINGS, seed=0)
    assert len(data) == 8
    shown = {tuple(data[n]["source"].flatten().tolist()) for n in range(8)}
    assert len(shown) == 8


def test_thin_slices_take_turns():
    settings = dataclasses.replace(SETTINGS, every_mm=10.0)  # slices are 5 mm apart
    data = SlicePairDataset(heads(count=1), settings, seed=0)
    assert len(data) == 2
    sums = {data[n]["source"].sum().item() for n in range(40)}
    assert len(sums) == 4


def test_epochs_differ_in_order_and_repeat_by_number():
    data = SlicePairDataset(heads(), SETTINGS, seed=0)
    first = [data[n]["source"].sum().item() for n in range(24)]
    assert sorted(first[:8]) == pytest.approx(sorted(first[8:16]))
    assert first[:8] != first[8:16]
    again = SlicePairDataset(heads(), SETTINGS, seed=0)
    assert [again[n]["source"].sum().item() for n in (23, 3, 11)] == [first[i] for i in (23, 3, 11)]


def test_pairs_come_from_the_same_place():
    item = SlicePairDataset(heads(), SETTINGS, seed=0)[0]
    source, target = item["source"].flatten().numpy(), item["target"].flatten().numpy()
    inside = source > -1
    assert np.corrcoef(source[inside], target[inside])[0, 1] == pytest.approx(-1, abs=1e-3)


def test_normalisation_is_by_volume():
    head = heads()[0]
    maxima = head.arrays["t1"].max(axis=(0, 1))
    assert maxima[4] == pytest.approx(1.0, abs=0.02)
    assert maxima[1] < 0.99 * maxima[4]  # a slice of its own would reach 1 too


def test_stripped_samples_are_blank_outside_the_mask():
    settings = dataclasses.replace(SETTINGS, stripped=1.0)
    item = SlicePairDataset(heads(settings), settings, seed=0)[0]
    for image in (item["source"], item["target"]):
        assert image[0, 4:].max() == -1
        assert image[0, :4].max() > -1


def test_pairs_say_where_the_mask_is():
    item = SlicePairDataset(heads(), SETTINGS, seed=0)[0]
    assert item["inside"].unique().tolist() == [0, 1]
    assert item["inside"][0, 4:].max() == 0
    assert (item["source"][item["inside"] > 0] > -1).all()


def test_unpaired_targets_are_drawn_at_random():
    settings = dataclasses.replace(SETTINGS, paired=False)
    only_t1, only_t2 = (load_head(name, {name: volumes()[name]}, settings) for name in ("t1", "t2"))
    data = SlicePairDataset([only_t1, only_t2], settings, seed=0)
    assert len(data) == 4
    assert len({data[n]["target"].sum().item() for n in range(16)}) > 1


def test_a_pair_on_two_grids_is_refused_by_name():
    shifted = volumes()
    affine = np.diag([1.0, 1.0, 5.0, 1.0])
    affine[0, 3] = 1.0
    shifted["t2"] = Volume(shifted["t2"].array, affine)
    with pytest.raises(MedGANSynthError, match="p7: its volumes lie on different grids"):
        load_head("p7", shifted, SETTINGS)


def test_no_usable_slice_is_refused():
    blank = {n: v.with_array(np.zeros_like(v.array)) for n, v in volumes().items()}
    with pytest.raises(MedGANSynthError, match="no usable slice with t1 and t2"):
        SlicePairDataset([load_head("p0", blank, SETTINGS)], SETTINGS, seed=0)


def test_standard_targets_are_of_the_whole_head_on_the_scale_of_the_organ():
    settings = dataclasses.replace(SETTINGS, standardise=True, stripped=1.0)
    head = load_head("p0", volumes(), settings)
    t2, inside = volumes()["t2"].array, volumes()["mask"].array > 0
    low, high = head.target_ranges["t2"]
    assert (low, high) == standard_range(t2[inside])
    expected = np.clip((t2 - low) / (high - low) * 2 - 1, -1, 1)
    assert np.allclose(head.targets["t2"], expected, atol=1e-5)
    item = SlicePairDataset([head], settings, seed=0)[0]
    assert (item["source"][item["inside"] == 0] == -1).all()
    assert (item["target_truth"][item["inside"] == 0] > -1).any()


def test_slices_that_are_not_predicted_are_not_compared():
    settings = dataclasses.replace(SETTINGS, standardise=True, slices=3)
    head = load_head("p0", volumes(), settings)
    whole = SlicePairDataset([head], settings, seed=0)[0]
    middle = dataclasses.replace(settings, predict="middle")
    item = SlicePairDataset([head], middle, seed=0)[0]
    for name in ("inside", "source_truth", "target_truth"):
        assert torch.equal(item[name], whole[name][1:2]) and item[name].std() > 0
    assert torch.equal(item["source"], whole["source"])
    assert torch.equal(item["target"], whole["target"])


FULL = SliceAugmentation(
    flip=0.5, affine=1.0, blur=1.0, contrast=1.0, bias=1.0, noise=1.0, jitter=1.25
)


def test_augmentation_repeats_by_seed_and_moves_pairs_alike():
    settings = dataclasses.replace(SETTINGS, size=(32, 32), augmentation=FULL)
    change = SlabAugmentation(settings, {"source": 3, "target": 3}, ["source"])
    image = -torch.ones(3, 40, 28)
    image[:, 10:30, 8:20] = 0.5
    images = {"source": image, "target": image}
    first, again, other = (change(dict(images), seed) for seed in (1, 1, 2))
    assert first["source"].shape == (3, 32, 32)
    assert torch.equal(first["source"], again["source"])
    assert not torch.equal(first["source"], other["source"])
    assert first["source"].min() >= -1 and first["source"].max() <= 1
    # The target keeps its appearance: only background and the one intensity, up to edges.
    inside = first["target"] > 0.45
    assert ((first["source"] > -0.3) & inside).sum() > 0.8 * inside.sum()
    # (Bicubic interpolation overshoots at edges.)
    assert first["target"][inside].quantile(0.5).item() == pytest.approx(0.5, abs=1e-3)


def augmented(image, seed, size, **changes):
    quiet = {"flip": 0.0, "rotate": 0.0, "scale": 0.0, "shift": 0.0} | changes
    settings = dataclasses.replace(
        SETTINGS, size=size, augmentation=SliceAugmentation(affine=1.0, **quiet)
    )
    return SlabAugmentation(settings, {"image": 3}, ["image"])({"image": image}, seed)["image"]


def test_a_window_is_cut_where_it_would_be_without_a_map():
    image = 2 * torch.rand(3, 40, 28, generator=torch.Generator().manual_seed(0)) - 1
    corners = set()
    for seed in range(8):
        window = augmented(image, seed, (32, 20))
        starts = [
            (i, j)
            for i in range(9)
            for j in range(9)
            if torch.allclose(window, image[:, i : i + 32, j : j + 20], atol=1e-5)
        ]
        assert len(starts) == 1
        corners.update(starts)
    assert len(corners) > 4


def test_an_image_turns_about_its_own_middle_wherever_the_window_is():
    image = -torch.ones(3, 41, 41)
    image[:, 18:23, 18:23] = 1.0
    for seed in range(8):
        window = augmented(image, seed, (37, 37), rotate=180.0)[0] + 1
        where = [(window.sum(1 - axis) @ torch.arange(37.0)) / window.sum() for axis in (0, 1)]
        assert all(16 - 0.1 <= float(place) <= 20 + 0.1 for place in where)
        assert float(window.sum()) == pytest.approx(50, rel=0.1)


def test_noise_leaves_what_is_blank():
    augmentation = SliceAugmentation(affine=0.0, contrast=0.0, bias=0.0, noise=1.0)
    settings = dataclasses.replace(SETTINGS, size=(32, 32), augmentation=augmentation)
    image = -torch.ones(3, 32, 32)
    image[:, 10:20] = 0.5
    made = SlabAugmentation(settings, {"image": 3}, ["image"])({"image": image}, 0)["image"]
    assert torch.equal(made == -1, image == -1)
    assert 0.001 < made[image == 0.5].std() < 0.055  # MONAI draws the deviation, up to 0.05
