import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation import metrics
from MedGANSynthLib.evaluation.compare import compare, slice_axis
from MedGANSynthLib.evaluation.compat_scgan import scgan_nrmse
from MedGANSynthLib.evaluation.intensities import robust_range
from MedGANSynthLib.evaluation.ssim import ssim_in_plane, ssim_of_fits
from MedGANSynthLib.volume.volume import Volume


def test_figures_are_those_of_the_metrics(head):
    prediction, target, mask = head
    row = compare(prediction, target, mask, 2)
    low, high = robust_range(target, mask)
    assert (row["range_low"], row["range_high"]) == (low, high)
    assert row["mask_voxels"] == np.count_nonzero(mask)
    assert row["mae_raw"] == metrics.mae(prediction, target, mask)
    assert row["rmse_sd_raw"] == metrics.rmse_over_sd(prediction, target, mask)
    assert row["psnr_raw"] == metrics.psnr(prediction, target, mask, high - low)
    scaled = [(image - low) / (high - low) for image in (prediction, target)]
    expected = ssim_of_fits(*scaled, mask, 1.0, range(3))
    assert [row["ssim_3d_raw"]] == pytest.approx(expected, abs=1e-12)
    assert row["ssim_in_plane_raw"] == ssim_in_plane(*scaled, mask, 1.0, 2)
    assert row["rmse_sd_fit"] == pytest.approx((1 - row["correlation"] ** 2) ** 0.5, abs=1e-10)


def test_units_of_both_images_do_not_count(head):
    prediction, target, mask = head
    row, other = compare(*head, 2), compare(700 * prediction - 90, 700 * target - 90, mask, 2)
    for name in row:
        in_units = ("mae", "bias", "rmse_raw", "rmse_fit", "range", "fit_offset")
        if not name.startswith((*in_units, "nrmse_mean", "nrmse_l2")):  # these have an origin
            assert other[name] == pytest.approx(row[name], abs=1e-9), name


def test_a_wrong_scale_shows_raw_and_is_forgiven_by_the_fit(head):
    prediction, target, mask = head
    row, wrong = compare(*head, 2), compare(3 * prediction + 5, target, mask, 2)
    assert wrong["rmse_sd_raw"] > 5 * row["rmse_sd_raw"]
    for name in ("rmse_sd_fit", "psnr_fit", "ssim_3d_fit", "ssim_in_plane_fit"):
        assert wrong[name] == pytest.approx(row[name], abs=1e-9)
    assert wrong["fit_slope"] == pytest.approx(row["fit_slope"] / 3)


def test_identical_images(head):
    _, target, mask = head
    row = compare(target, target, mask, 2)
    assert row["psnr_raw"] == float("inf")
    for name in ("ssim_3d_raw", "ssim_in_plane_fit", "correlation", "fit_slope", "texture_ratio"):
        assert row[name] == pytest.approx(1, abs=1e-12)
    assert row["laplacian_ratio"] == row["ms_ssim_in_plane_raw"] == pytest.approx(1, abs=1e-12)
    assert row["nmi"] == pytest.approx(2)
    assert row["spectrum_distance"] == row["nrmse_l2_raw"] == row["bias_raw"] == 0


def test_published_variants_only_when_asked_for(head):
    assert not any(name.startswith("scgan") for name in compare(*head, 2))
    row = compare(*head, 2, compat=True)
    prediction, target, mask = head
    low, high = robust_range(target, mask)
    images = [np.clip(2 * (x - low) / (high - low) - 1, -1, 1) for x in (prediction, target)]
    assert row["scgan_nrmse_raw"] == scgan_nrmse(*images, mask)
    assert row["scgan_psnr_raw"] > row["psnr_raw"]  # background counts


def test_blank_outside_hides_what_lies_there(head):
    prediction, target, mask = head
    junk = np.where(mask, prediction, 9.0)
    assert compare(junk, target, mask, 2)["ssim_3d_raw"] < 0.95 * compare(*head, 2)["ssim_3d_raw"]
    blank = [compare(p, target, mask, 2, blank_outside=True) for p in (junk, prediction)]
    assert blank[0] == pytest.approx(blank[1], abs=1e-12)


def test_a_figure_without_meaning_is_left_out_alone(head):
    prediction, _, mask = head
    standard = np.where(mask, 1.0, 0.0)
    standard[16:][mask[16:]] = -1.0  # the ellipsoid is symmetric: the mean is 0
    row = compare(prediction, standard, mask, 2)
    assert row["nrmse_mean_raw"] is None
    assert row["rmse_sd_raw"] > 0


@pytest.mark.parametrize(("side", "has_laplacian"), [(8, True), (2, False)])
def test_a_region_too_small_for_texture_has_the_other_figures(head, side, has_laplacian):
    """9 voxels in the plane are needed: 4 fade in from either side of one that counts."""
    prediction, target, _mask = head
    region = np.zeros(target.shape, bool)
    region[14 : 14 + side, 14 : 14 + side, 9:12] = True
    row = compare(prediction, target, region, 2)
    assert (row["texture_ratio"], row["spectrum_distance"]) == (None, None)
    assert (row["laplacian_ratio"] is not None) == has_laplacian
    assert row["mae_raw"] == metrics.mae(prediction, target, region)
    assert row["ssim_in_plane_raw"] is not None
    region[13 : 13 + 9, 13 : 13 + 9, 9:12] = True
    assert compare(prediction, target, region, 2)["texture_ratio"] > 0


def test_few_slices_have_no_3d_ssim(head):
    thin = [image[:, :, 9:16] for image in head]
    row = compare(*thin, 2)
    assert row["ssim_3d_raw"] is None and row["ssim_3d_fit"] is None
    assert 0 < row["ssim_in_plane_raw"] < 1


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_failed_prediction_is_refused(head, value):
    _, target, mask = head
    with pytest.raises(MedGANSynthError, match=r"constant|NaN"):
        compare(np.full_like(target, value), target, mask, 2)


@pytest.mark.parametrize(
    ("spacing", "turn", "expected"),
    [
        ((1.5, 1.5, 5.0), (0, 1, 2), 2),
        ((5.0, 1.0, 1.0), (0, 1, 2), 0),
        ((1.0, 1.0, 1.0), (0, 1, 2), 2),
        ((1.0, 1.0, 1.05), (2, 0, 1), 1),  # array axes that run I-S along j
    ],
)
def test_slice_axis(spacing, turn, expected):
    affine = np.eye(4)
    affine[:3, :3] = 0
    for axis, world in enumerate(np.argsort(turn) if turn != (0, 1, 2) else turn):
        affine[world, axis] = spacing[axis]
    assert slice_axis(Volume(np.zeros((3, 3, 3)), affine)) == expected
