import numpy as np
import pytest
from scipy import ndimage

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.content import is_label_map, refuse_unfit

pytestmark = pytest.mark.usefixtures("small_and_large")


def labels(shape=(20, 20, 20)):
    """Forty labels as the nearest of forty seeds."""
    seeds = np.random.default_rng(0).uniform(0, 20, (40, 3))
    grid = np.stack(np.indices(shape), -1)
    return np.argmin(((grid[..., None, :] - seeds) ** 2).sum(-1), -1)


def image(shape=(20, 20, 20), levels=255):
    noise = np.random.default_rng(0).normal(size=shape)
    smooth = ndimage.gaussian_filter(noise, 1.5)
    return np.round((smooth - smooth.min()) / np.ptp(smooth) * levels)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_labels_masks_and_images(dtype):
    assert is_label_map(labels().astype(dtype))
    assert is_label_map((labels() > 20).astype(dtype))
    assert not is_label_map(image().astype(dtype))
    assert not is_label_map(image(levels=60).astype(dtype))


def test_one_slice():
    assert is_label_map(labels()[:1]) and is_label_map(labels()[:, :, :1])
    assert not is_label_map(image()[:1])


def test_scaled_image_is_no_label_map():
    assert not is_label_map(image() / 7)


def test_sentences(make_volume):
    volume = make_volume()
    refuse_unfit(volume, "a.nii")
    with pytest.raises(MedGANSynthError, match=r"a\.nii: is a label map \(uint8\)"):
        refuse_unfit(volume.with_array(labels().astype(np.uint8)), "a.nii")
    with pytest.raises(MedGANSynthError, match="same value"):
        refuse_unfit(volume.with_array(np.zeros((3, 3, 3))), "a.nii")
