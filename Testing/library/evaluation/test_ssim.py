import inspect

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.ssim import (
    bounding_box,
    ssim_in_plane,
    ssim_map,
    ssim_of_fits,
)

LIKE_OURS = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def ssim(prediction, target, mask, data_range):
    """With windows along all axes."""
    return ssim_of_fits(prediction, target, mask, data_range, range(np.ndim(target)))[0]


def test_equals_scikit_image_in_3d(head):
    prediction, target, _ = head
    theirs = structural_similarity(target, prediction, data_range=1.0, **LIKE_OURS)
    assert ssim(prediction, target, None, 1.0) == pytest.approx(theirs, abs=1e-9)


def test_masked_equals_scikit_image(head):
    prediction, target, mask = head
    _, full = structural_similarity(target, prediction, data_range=1.0, full=True, **LIKE_OURS)
    valid = np.zeros_like(mask)
    valid[5:-5, 5:-5, 5:-5] = True
    expected = full[mask & valid].mean()
    assert ssim(prediction, target, mask, 1.0) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_equals_monai(rng, dimensions):
    torch = pytest.importorskip("torch")
    metrics = pytest.importorskip("monai.metrics")
    # Rough images: MONAI computes in single precision and cancels badly where they are flat.
    target = rng.normal(size=(24, 22, 20)[:dimensions]).astype(np.float32)
    prediction = (0.8 * target + 0.5 * rng.normal(size=target.shape)).astype(np.float32)
    batch = [torch.from_numpy(image)[None, None] for image in (prediction, target)]
    theirs = metrics.SSIMMetric(spatial_dims=dimensions, data_range=2.0)(*batch).item()
    assert ssim(prediction, target, None, 2.0) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_in_plane_equals_scikit_image_slice_by_slice(head, axis):
    prediction, target, mask = (np.moveaxis(x, axis, 0) for x in head)
    values = []
    for p, t, m in zip(prediction, target, mask, strict=True):
        _, full = structural_similarity(t, p, data_range=1.0, full=True, **LIKE_OURS)
        values.extend(full[5:-5, 5:-5][m[5:-5, 5:-5]])
    ours = ssim_in_plane(*head, 1.0, slice_axis=axis)
    assert ours == pytest.approx(np.mean(values), abs=1e-9)
    assert ssim_in_plane(*head, 1.0, slice_axis=axis - 3) == ours


def test_empty_slices_do_not_count(head):
    padded = [np.pad(image, ((0, 0), (0, 0), (9, 9))) for image in head]
    assert ssim_in_plane(*padded, 1.0, 2) == pytest.approx(ssim_in_plane(*head, 1.0, 2), abs=1e-12)


def test_in_plane_takes_thick_slabs_and_single_slices(head):
    thin = [image[:, :, 12:13] for image in head]
    assert 0 < ssim_in_plane(*thin, 1.0, 2) < 1
    with pytest.raises(MedGANSynthError, match="at least 11 voxels"):
        ssim(*thin, 1.0)


def test_background_inflates_the_whole_image_only(head):
    padded = [np.pad(image, 16) for image in head]
    whole = ssim(*padded[:2], None, 1.0) - ssim(*head[:2], None, 1.0)
    assert whole > 0.05
    core = np.zeros_like(head[2])
    core[8:-8, 8:-8, 8:-8] = True
    assert ssim(*padded[:2], np.pad(core, 16), 1.0) == pytest.approx(
        ssim(*head[:2], core, 1.0), abs=1e-12
    )


def test_data_range_is_explicit_and_matters(head):
    for function in (ssim_of_fits, ssim_in_plane):
        given = inspect.signature(function).parameters["data_range"]
        assert given.default is inspect.Parameter.empty
    prediction, target, _ = head
    scaled = ssim(1000 * prediction, 1000 * target, None, 1000.0)
    assert scaled == pytest.approx(ssim(prediction, target, None, 1.0), abs=1e-12)
    assert abs(ssim(1000 * prediction, 1000 * target, None, 1.0) - scaled) > 0.01
    with pytest.raises(MedGANSynthError, match="data range must be positive"):
        ssim(prediction, target, None, 0.0)


def test_a_shift_of_both_images_changes_it(head):
    _, target, mask = head
    biased = 0.8 * target
    assert ssim(biased + 5, target + 5, mask, 1.0) - ssim(biased, target, mask, 1.0) > 0.01


def test_symmetric_and_bounded(head):
    prediction, target, mask = head
    assert ssim(prediction, target, mask, 1.0) == ssim(target, prediction, mask, 1.0)
    assert ssim(target, target, mask, 1.0) == pytest.approx(1, abs=1e-12)


def test_constant_images_have_the_closed_form():
    a, b = np.full((12, 12), 0.25), np.full((12, 12), 0.75)
    expected = (2 * 0.25 * 0.75 + 1e-4) / (0.25**2 + 0.75**2 + 1e-4)
    assert ssim(a, b, None, 1.0) == pytest.approx(expected, abs=1e-9)
    assert ssim(0 * a, 0 * b, None, 1.0) == 1


def test_bytes_and_half_precision_are_computed_in_double(head):
    prediction, target = (np.uint8(np.clip(255 * x, 0, 255)) for x in head[:2])
    expected = ssim(prediction.astype(float), target.astype(float), None, 255.0)
    assert ssim(prediction, target, None, 255.0) == expected
    half = [x.astype(np.float16) for x in head[:2]]
    assert ssim(*half, None, 1.0) == ssim(*(x.astype(float) for x in half), None, 1.0)


@pytest.mark.parametrize("which", [0, 1])
def test_nonfinite_voxels_are_refused(head, which):
    images = [image.copy() for image in head[:2]]
    images[which][0, 0, 0] = np.nan
    with pytest.raises(MedGANSynthError, match="NaN or infinite"):
        ssim(*images, head[2], 1.0)


def test_no_mask_voxel_in_the_valid_region(head):
    corner = np.zeros_like(head[2])
    corner[:3] = True
    with pytest.raises(MedGANSynthError, match="whole SSIM window"):
        ssim(*head[:2], corner, 1.0)


def test_map_covers_the_valid_region(head):
    assert ssim_map(*head[:2], 1.0, [0, 2]).shape == (22, 30, 16)


def test_bounding_box():
    mask = np.zeros((5, 6), bool)
    mask[1, 2] = mask[3, 4] = True
    assert bounding_box(mask) == (slice(1, 4), slice(2, 5))
