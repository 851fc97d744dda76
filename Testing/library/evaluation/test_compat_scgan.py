import numpy as np
import pytest
from skimage.metrics import structural_similarity

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation import metrics
from MedGANSynthLib.evaluation.compat_scgan import scgan_nrmse, scgan_psnr, scgan_ssim


@pytest.fixture
def images(head):
    prediction, target, mask = head
    return 2 * prediction - 1, 2 * target - 1, mask


def test_a_constant_error_is_half_of_itself(images):
    _, target, mask = images
    assert scgan_nrmse(target + 0.1, target, mask) == pytest.approx(0.05)


def test_two_slices_by_hand():
    """Slice 0: one mask voxel, error 2. Slice 1: four, error 0 (of 2 x 2 voxels each)."""
    target = np.zeros((2, 2, 2))
    mask = np.zeros((2, 2, 2), bool)
    mask[0, 0, 0] = True
    mask[1] = True
    prediction = target.copy()
    prediction[0, 0, 0] = 2.0
    # Axis 0: 2 and 0. Axes 1 and 2: errors (2, 0, 0) and (0, 0), so sqrt(4/3) and 0.
    expected = np.mean([1.0, np.sqrt(4 / 3) / 2, np.sqrt(4 / 3) / 2]) / 2
    assert scgan_nrmse(prediction, target, mask) == pytest.approx(expected)
    # One slice of each axis has an error, 4 over 4 pixels: 10 log10(4 / 1).
    assert scgan_psnr(prediction, target, mask) == pytest.approx(10 * np.log10(4))
    assert scgan_psnr(target, target, mask) == float("inf")


def test_not_the_figures_of_the_volume(images):
    prediction, target, mask = images
    padded = [np.pad(image, 16, constant_values=-1) for image in (prediction, target)]
    wide = np.pad(mask, 16)
    assert scgan_psnr(*padded, wide) > scgan_psnr(prediction, target, mask) + 5
    assert scgan_psnr(*padded, wide) > metrics.psnr(*padded, wide, 2.0) + 5


def test_ssim_is_scikit_images_slice_by_slice(images):
    prediction, target, mask = images
    p, t = (np.where(mask, image, -1) for image in (prediction, target))
    like = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    expected = [
        structural_similarity(t[i], p[i], data_range=2.0, win_size=11, **like)
        for i in range(len(mask))
        if mask[i].any()
    ]
    assert scgan_ssim(*images) == pytest.approx(np.mean(expected), abs=1e-9)


def test_what_cannot_be_judged(images):
    prediction, target, mask = images
    with pytest.raises(MedGANSynthError, match="mask is empty"):
        scgan_nrmse(prediction, target, 0 * mask)
    with pytest.raises(MedGANSynthError, match="at least 11"):
        scgan_ssim(*(image[:, :9] for image in images))
