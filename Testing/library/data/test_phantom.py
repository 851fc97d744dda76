import numpy as np
import pytest

from MedGANSynthLib.data.mr_signal import CONSTANTS, CONTRASTS, Tissue
from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.errors import MedGANSynthError

COARSE = {"shape": (52, 60, 38), "spacing": (4.0, 4.0, 4.0)}


@pytest.fixture(scope="module")
def head():
    return head_phantom(1, (100, 120, 10), (2.0, 2.0, 15.0), ("t1", "t2", "pd", "flair"))


def test_keys_types_and_one_grid(head):
    assert list(head) == ["t1", "t2", "pd", "flair", "mask", "labels"]
    for name, volume in head.items():
        assert volume.modality == name
        assert volume.shape == (100, 120, 10)
        assert volume.axcodes == "RAS"
        assert volume.spacing == (2.0, 2.0, 15.0)
        assert volume.array.dtype == (np.uint8 if name in ("mask", "labels") else np.int16)


def test_the_same_seed_gives_the_same_voxels():
    once, again = head_phantom(5, **COARSE), head_phantom(5, **COARSE)
    for name in once:
        np.testing.assert_array_equal(once[name].array, again[name].array)


def test_people_differ():
    volumes = [int((head_phantom(s, **COARSE)["mask"].array > 0).sum()) * 0.064 for s in range(4)]
    assert len(set(volumes)) == 4
    assert all(1000 < v < 1700 for v in volumes)  # millilitres: adult brains


def test_anatomy_does_not_depend_on_the_contrasts_asked_for():
    one = head_phantom(2, **COARSE, modalities=("flair",))
    two = head_phantom(2, **COARSE, modalities=("t1", "t2"))
    np.testing.assert_array_equal(one["labels"].array, two["labels"].array)


def test_brain_volume_does_not_depend_on_the_grid():
    def millilitres(shape, spacing):
        mask = head_phantom(3, shape, spacing)["mask"].array
        return mask.sum() * np.prod(spacing) / 1000

    fine = millilitres((80, 90, 60), (2.5, 2.5, 2.5))
    assert millilitres((50, 60, 30), (4.0, 4.0, 5.0)) == pytest.approx(fine, rel=0.02)


def test_tissues_follow_the_signal_equations(head):
    labels = head["labels"].array
    for modality in ("t1", "t2", "pd", "flair"):
        image = head[modality].array.astype(float)

        def ratio(a, b, image=image):
            return np.median(image[labels == a]) / np.median(image[labels == b])

        signal = CONTRASTS[modality]
        expected = signal(CONSTANTS[Tissue.DEEP_GREY]) / signal(CONSTANTS[Tissue.WHITE])
        assert ratio(Tissue.DEEP_GREY, Tissue.WHITE) == pytest.approx(expected, rel=0.15)


def test_contrast_of_t1_and_t2_is_that_of_a_head(head):
    labels = head["labels"].array

    def medians(modality):
        image = head[modality].array
        return [
            np.median(image[labels == t]) for t in (Tissue.VENTRICLE, Tissue.GREY, Tissue.WHITE)
        ]

    csf, grey, white = medians("t1")
    assert csf < grey < white
    csf, grey, white = medians("t2")
    assert csf > grey > white
    flair, deep = head["flair"].array, labels == Tissue.DEEP_GREY
    csf, _, white = medians("flair")
    assert csf < white < np.median(flair[deep])


def test_air_holds_rician_noise(head):
    """Magnitude noise without signal is Rayleigh: mean / standard deviation = 1.913."""
    corner = head["pd"].array[:12, :12].astype(float)
    assert (head["labels"].array[:12, :12] == Tissue.AIR).all()
    assert corner.mean() / corner.std() == pytest.approx(np.sqrt(np.pi / (4 - np.pi)), rel=0.05)


def test_mask_holds_the_brain_and_nothing_of_the_skull(head):
    labels, mask = head["labels"].array, head["mask"].array > 0
    assert mask[np.isin(labels, (Tissue.WHITE, Tissue.DEEP_GREY, Tissue.VENTRICLE))].all()
    outside = (Tissue.AIR, Tissue.SKIN, Tissue.FAT, Tissue.BONE, Tissue.MARROW, Tissue.EYE)
    assert not mask[np.isin(labels, outside)].any()


def test_unknown_modality_is_refused_by_name():
    with pytest.raises(MedGANSynthError, match="'dwi'; choose from t1, t2, pd, flair"):
        head_phantom(0, (4, 4, 4), (50, 50, 50), ("dwi",))
