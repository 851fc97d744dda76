"""Simulated images of label maps."""

import nibabel as nib
import numpy as np
import pytest

from MedGANSynthLib.data.simulation import MODALITIES, simulate
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.volume import Volume


@pytest.fixture(scope="module")
def labels():
    """Shells of CSF, cortex, white matter, a putamen and a ventricle; left and right; 2 mm."""
    index = np.indices((48, 56, 48)) - np.array([23.5, 27.5, 23.5]).reshape(3, 1, 1, 1)
    radius = np.linalg.norm(index / np.array([1, 1.2, 1]).reshape(3, 1, 1, 1), axis=0)
    right = index[0] > 0
    array = np.zeros(radius.shape, np.uint8)
    for reach, left_label, right_label in ((22, 24, 24), (20, 3, 42), (16, 2, 41), (4, 4, 43)):
        array = np.where(radius < reach, np.where(right, right_label, left_label), array)
    putamen = np.linalg.norm(np.abs(index) - np.array([9, 0, 0]).reshape(3, 1, 1, 1), axis=0) < 3
    array = np.where(putamen, np.where(right, 51, 12), array)
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-47, -55, -47)
    return Volume(array.astype(np.uint8), affine)


@pytest.fixture(scope="module")
def made(labels):
    return simulate(labels, seed=1)


def test_all_images_share_one_marked_grid(made):
    assert set(made) == {*MODALITIES, "mask"}
    for volume in made.values():
        assert volume.shape == made["t1"].shape
        assert volume.spacing == pytest.approx((4, 4, 4))
        assert volume.axcodes == "RAS"
        assert volume.provenance.seed == 1


def test_the_grid_lies_where_the_labels_do(labels, made):
    """The brain's middle, by the mask and by the labels, within a voxel."""
    inside = np.isin(labels.array, (2, 3, 41, 42, 12, 51))
    there = nib.affines.apply_affine(labels.affine, np.argwhere(inside)).mean(axis=0)
    mask = made["mask"]
    here = nib.affines.apply_affine(mask.affine, np.argwhere(mask.array > 0)).mean(axis=0)
    np.testing.assert_allclose(here, there, atol=2.0)


def test_tissues_have_their_published_values(made):
    """In white matter MD is that of fibres; CSF in the middle is dark in FLAIR, bright in T2."""
    md, flair, t2 = (made[name].array for name in ("md", "flair", "t2"))
    middle = tuple(n // 2 for n in md.shape)
    beside = (middle[0], middle[1] + 6, middle[2])
    assert md[beside] == pytest.approx((1.685 + 2 * 0.2) / 3, rel=0.02)
    assert flair[middle] < 0.5 * flair[beside]
    assert t2[middle] > 1.3 * t2[beside]


def test_no_look_up_table_gives_the_anisotropy_of_white_matter(made):
    """It varies a lot where T1, FLAIR and MD do not, and none of them says how."""
    white = (np.abs(made["md"].array - 0.695) < 0.01) & (made["mask"].array > 0)
    fa = made["fa"].array[white]
    assert fa.std() > 0.05
    for name in ("t1", "flair"):
        assert abs(np.corrcoef(made[name].array[white], fa)[0, 1]) < 0.4


def test_the_load_raises_uptake_in_the_cortex(labels):
    """Over seeds, cortical uptake spreads from about 1 to 1.8; the white matter's stays."""
    cortex = []
    for seed in range(4):
        images = simulate(labels, seed, spacing=6.0)
        inside, md = images["mask"].array > 0, images["md"].array
        grey = inside & (md > 0.78) & (md < 0.9)
        cortex.append(np.median(images["pet"].array[grey]))
    assert max(cortex) - min(cortex) > 0.1


def test_the_same_seed_gives_the_same_person_and_another_another(labels, made):
    again, other = simulate(labels, 1), simulate(labels, 2)
    assert all(np.array_equal(made[n].array, again[n].array) for n in made)
    assert not np.array_equal(made["fa"].array, other["fa"].array)


def test_what_cannot_be_simulated(labels):
    with pytest.raises(MedGANSynthError, match="no white matter"):
        simulate(labels.with_array(np.where(labels.array > 0, 3, 0)), 0)
    image = np.random.default_rng(0).integers(0, 500, (12, 12, 12)).astype(np.int16)
    with pytest.raises(MedGANSynthError, match="no label map but an image"):
        simulate(Volume(image, np.eye(4)), 0)
    for spacing in (1.0, 100.0):
        with pytest.raises(MedGANSynthError, match="2 to 16 mm"):
            simulate(labels, 0, spacing)


def test_a_real_label_map(real_data):
    made = simulate(read(real_data / "brain_labels" / "training_seg_01.nii.gz"), 0)
    inside = made["mask"].array > 0
    assert all(side <= 48 for side in inside.shape)
    volume = inside.sum() * 0.064  # ml
    assert 800 < volume < 1600
    assert 0.5 < np.percentile(made["fa"].array[inside], 99) < 0.85
