import inspect

import numpy as np
import pytest
from skimage.metrics import normalized_root_mse, peak_signal_noise_ratio

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation import metrics

VOXELWISE = (metrics.mae, metrics.mse, metrics.rmse, metrics.rmse_over_sd, metrics.correlation)

P = np.array([1.0, 2.0, 3.0, 100.0])
T = np.array([1.0, 4.0, 7.0, -100.0])
M = np.array([1, 1, 1, 0])


def test_hand_made_values():
    # Errors inside the mask: 0, -2, -4; target mean 4, population variance 6.
    assert metrics.mae(P, T, M) == pytest.approx(2, abs=1e-12)
    assert metrics.mse(P, T, M) == pytest.approx(20 / 3, abs=1e-12)
    assert metrics.rmse(P, T, M) == pytest.approx((20 / 3) ** 0.5, abs=1e-12)
    assert metrics.rmse_over_sd(P, T, M) == pytest.approx((20 / 18) ** 0.5, abs=1e-12)
    assert metrics.correlation(P, T, M) == pytest.approx(1, abs=1e-12)
    assert metrics.psnr(P, T, M, 10.0) == pytest.approx(10 * np.log10(100 / (20 / 3)), abs=1e-12)


def test_equal_to_scikit_image(head):
    prediction, target, _ = head
    ours = metrics.psnr(prediction, target, None, 1.0)
    assert ours == pytest.approx(
        peak_signal_noise_ratio(target, prediction, data_range=1.0), abs=1e-8
    )
    spread = target.max() - target.min()
    ours = metrics.rmse(prediction, target, None) / spread
    theirs = normalized_root_mse(target, prediction, normalization="min-max")
    assert ours == pytest.approx(theirs, abs=1e-10)


def test_the_mean_of_the_target_scores_one(head):
    _, target, mask = head
    mean = np.full_like(target, target[mask].mean())
    assert metrics.rmse_over_sd(mean, target, mask) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("metric", VOXELWISE)
def test_padding_changes_nothing_inside_the_mask(metric, head):
    padded = [np.pad(image, 20) for image in head]
    assert metric(*padded) == pytest.approx(metric(*head), abs=1e-12)


def test_whole_image_psnr_is_inflated_by_background(head):
    prediction, target, mask = head
    padded = [np.pad(image, 20) for image in (prediction, target)]
    gain = metrics.psnr(*padded, None, 1.0) - metrics.psnr(prediction, target, None, 1.0)
    ratio = padded[0].size / prediction.size
    assert gain == pytest.approx(10 * np.log10(ratio), abs=1e-9)
    assert metrics.psnr(*padded, np.pad(mask, 20), 1.0) == pytest.approx(
        metrics.psnr(prediction, target, mask, 1.0), abs=1e-9
    )


def test_argument_order(head):
    prediction, target, mask = head
    stretched = 2 * prediction
    for metric in (metrics.mae, metrics.mse, metrics.rmse, metrics.correlation):
        swapped = metric(target, stretched, mask)
        assert metric(stretched, target, mask) == pytest.approx(swapped, rel=1e-12)
    assert metrics.rmse_over_sd(stretched, target, mask) == pytest.approx(
        metrics.rmse_over_sd(target, stretched, mask) * stretched[mask].std() / target[mask].std(),
        abs=1e-12,
    )


def test_a_wrong_scale_is_seen(head):
    _, target, mask = head
    expected = np.sqrt(np.mean(target[mask] ** 2)) / target[mask].std()
    assert metrics.rmse_over_sd(2 * target, target, mask) == pytest.approx(expected, abs=1e-12)


def test_unsigned_bytes_do_not_wrap_around():
    dark, bright = np.array([3, 10], np.uint8), np.array([10, 3], np.uint8)
    assert metrics.rmse(dark, bright, None) == 7
    assert metrics.mae(dark, bright, None) == 7


def test_half_precision_is_accumulated_in_double(rng):
    target = (1000 + rng.normal(size=200_000)).astype(np.float16)
    prediction = target + np.float16(1)
    assert metrics.mse(prediction, target, None) == pytest.approx(1, abs=1e-12)


def test_volume_rmse_is_not_a_mean_over_slices():
    target = np.zeros((2, 2, 2))
    prediction = target.copy()
    prediction[..., 1] = 2  # slice RMSE 0 and 2
    assert metrics.rmse(prediction, target, None) == pytest.approx(2**0.5, abs=1e-12)


def test_identical_images_have_infinite_psnr(head):
    assert metrics.psnr(head[1], head[1], head[2], 1.0) == float("inf")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("metric", VOXELWISE)
@pytest.mark.parametrize("which", [0, 1])
def test_nonfinite_voxels_are_never_dropped(metric, which, bad):
    images = [P.copy(), T.copy()]
    images[which][1] = bad
    with pytest.raises(MedGANSynthError, match="1 NaN or infinite"):
        metric(*images, M)


def test_undefined_figures_are_refused():
    flat = np.ones(4)
    with pytest.raises(MedGANSynthError, match="target is constant"):
        metrics.rmse_over_sd(P, flat, M)
    with pytest.raises(MedGANSynthError, match="prediction is constant"):
        metrics.correlation(flat, T, M)
    with pytest.raises(MedGANSynthError, match="mask is empty"):
        metrics.mae(P, T, np.zeros(4))
    with pytest.raises(MedGANSynthError, match="differ in shape"):
        metrics.mae(P, T[:3], M)


@pytest.mark.parametrize("data_range", [0.0, -1.0, np.nan, np.inf])
def test_a_useless_data_range_is_refused(data_range):
    with pytest.raises(MedGANSynthError, match="data range must be positive"):
        metrics.psnr(P, T, M, data_range)


def test_range_and_mask_have_no_default():
    for metric in (*VOXELWISE, metrics.psnr):
        parameters = inspect.signature(metric).parameters.values()
        assert all(p.default is inspect.Parameter.empty for p in parameters)
