"""All figures of one prediction against its target, under one stated convention."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from ..errors import MedGANSynthError
from ..volume.volume import Volume
from . import metrics
from .compat_scgan import scgan_nrmse, scgan_psnr, scgan_ssim
from .fit import AffineFit, fit_affine
from .information import normalised_mutual_information
from .intensities import robust_range
from .ms_ssim import scales_for
from .nrmse import nrmse_l2, nrmse_mean, nrmse_range
from .similarity import Values, similarities
from .ssim import SAME, WINDOW
from .texture import laplacian_ratio, texture_figures

VARIANTS = ("raw", "fit")
Figures = TypeVar("Figures")

DEFINITIONS = {
    "mask_voxels": "how many voxels are judged",
    "range_low, range_high": "ends of the data range, in the target's unit",
    "mae": "mean absolute error over the mask's voxels, in the target's unit",
    "rmse": "root of the mean squared error over the mask's voxels, in the target's unit",
    "rmse_sd": "rmse divided by the target's standard deviation inside the mask",
    "psnr": "10 log10(R^2 / MSE) in dB over the mask's voxels; R = data range; inf if identical",
    "psnr_pooled": "in the summary alone: 10 log10(1 / mean of (rmse / R)^2 over cases)",
    "ssim_3d": "mean over the mask of the SSIM map; gaussian window 11^3, sigma 1.5, K .01 .03, "
    "population covariance, whole windows only; empty where an axis has under 11 voxels or the "
    "mask lies within 5 voxels of the volume's border",
    "ssim_in_plane": "the same with windows 11^2 within each slice; every mask voxel counts once",
    "ms_ssim_in_plane": "Wang 2003 with windows 11^2 within each slice and as many of the five "
    "scales (ms_ssim_scales) as the slice has room for; empty where the mask has none at the "
    "coarsest",
    "ms_ssim_scales": "how many of the five scales there was room for",
    "nrmse_range, nrmse_mean, nrmse_l2": "rmse over the target's max - min, over its mean, and "
    "|error| over |target|; all inside the mask",
    "bias": "mean of prediction - target over the mask's voxels",
    "nmi": "(H(X) + H(Y)) / H(X, Y), 100 bins, over the mask's voxels: 1 unrelated, 2 the same",
    "correlation": "Pearson's correlation over the mask's voxels (raw)",
    "texture_ratio": "in-plane power between 0.2 and 0.5 cycles per voxel, prediction over target, "
    "each with standard deviation 1 inside the mask: below 1 blurred, above 1 noisy; empty where "
    "the mask is under 9 voxels wide",
    "spectrum_distance": "RMS difference of the two in-plane power spectra in dB",
    "laplacian_ratio": "power of the in-plane Laplacian, prediction over target, likewise",
    "scgan_nrmse, scgan_psnr, scgan_ssim": "means of slice figures as the published SC-GAN code "
    "has them, only for comparison with its tables (see `compat_scgan`)",
    "fit_slope, fit_offset": "target = slope * prediction + offset, least squares inside the mask",
    "_raw": "of the prediction as it is",
    "_fit": "of the prediction after that one affine fit",
    "data range": "the target's 0.5 to 99.5 percentiles inside the mask (range_low, range_high); "
    "for SSIM both images are mapped so that they become 0 and 1, and R is 1",
}


def slice_axis(volume: Volume) -> int:
    """The axis that slices are stacked along: the coarsest, else the one from feet to head."""
    coarsest = int(np.argmax(volume.spacing))
    others = [s for axis, s in enumerate(volume.spacing) if axis != coarsest]
    if volume.spacing[coarsest] > 1.1 * max(others):
        return coarsest
    return next(axis for axis, code in enumerate(volume.axcodes) if code in "IS")


def compare(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray,
    axis: int,
    blank_outside: bool = False,
    compat: bool = False,
) -> dict[str, float | int | None]:
    """The figures named in `DEFINITIONS`, raw and after the affine fit, as one flat row.

    Args:
        prediction: `[i, j, k]` on the target's grid, any intensity scale.
        target: the same shape.
        mask: the same shape, made without the prediction.
        axis: the slice axis.
        blank_outside: give both images one constant outside the mask before SSIM, for sources
            that were skull-stripped.

    A mask that is too thin for texture, or so near the volume's border that no SSIM window fits,
    leaves those figures None.

    Raises:
        MedGANSynthError: what makes the other figures undefined (see `metrics`, `ssim`).
    """
    mask = np.asarray(mask) > 0
    correlation = metrics.correlation(prediction, target, mask)
    low, high = robust_range(target, mask)
    fit = fit_affine(prediction, target, mask)
    with ThreadPoolExecutor(2) as pool:  # SciPy and NumPy compute without holding the interpreter
        similar = pool.submit(
            _similar, prediction, target, mask, axis, fit, (low, high), blank_outside
        )
        plain = pool.submit(_voxel_by_voxel, prediction, target, mask, fit, high - low)
        texture = pool.submit(_or_none, texture_figures, prediction, target, mask, axis)
        laplacian = pool.submit(_or_none, laplacian_ratio, prediction, target, mask, axis)
        shared = pool.submit(normalised_mutual_information, prediction, target, mask)
        row: dict[str, float | int | None] = {
            "mask_voxels": int(np.count_nonzero(mask)),
            "range_low": low,
            "range_high": high,
            "fit_slope": fit.slope,
            "fit_offset": fit.offset,
            "correlation": correlation,
            "nmi": shared.result(),
            "laplacian_ratio": laplacian.result(),
            **(texture.result() or {"texture_ratio": None, "spectrum_distance": None}),
        }
    row["ms_ssim_scales"] = scales_for(mask.shape, [a for a in range(3) if a != axis])
    for name, values in similar.result().items():
        row |= {f"{name}_{v}": value for v, value in zip(VARIANTS, values, strict=True)}
    row |= plain.result()
    if compat:
        reference = _scaled(target, mask, low, high, blank_outside)
        for variant, image in zip(VARIANTS, (prediction, fit.apply(prediction)), strict=True):
            scaled = _scaled(image, mask, low, high, blank_outside)
            figures = _as_scgan(scaled, reference, mask)
            row |= {f"{name}_{variant}": value for name, value in figures.items()}
    return row


def _voxel_by_voxel(
    prediction: np.ndarray, target: np.ndarray, mask: np.ndarray, fit: AffineFit, span: float
) -> dict[str, float | None]:
    """The figures that ask no neighbours, of the prediction as it is and fitted."""
    row: dict[str, float | None] = {}
    ours, real = metrics.inside(prediction, target, mask)
    for variant, values in zip(VARIANTS, (ours, fit.apply(ours)), strict=True):
        figures = {
            "bias": metrics.bias(values, real, None),
            "mae": metrics.mae(values, real, None),
            "rmse": metrics.rmse(values, real, None),
            "rmse_sd": metrics.rmse_over_sd(values, real, None),
            "nrmse_range": nrmse_range(values, real, None),
            "nrmse_mean": _or_none(nrmse_mean, values, real, None),
            "nrmse_l2": _or_none(nrmse_l2, values, real, None),
            "psnr": metrics.psnr(values, real, None, span),
        }
        row |= {f"{name}_{variant}": value for name, value in figures.items()}
    return row


def _similar(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray,
    axis: int,
    fit: AffineFit,
    ends: tuple[float, float],
    blank_outside: bool,
) -> dict[str, Values]:
    """The figures of `similarities`, of the prediction as it is and fitted.

    Both follow from one set of window moments, because a fit changes them by its slope and offset
    alone; not so where the outside is blanked after the fit.
    """
    low, high = ends
    reference = _scaled(target, mask, low, high, blank_outside)
    scaled = _scaled(prediction, mask, low, high, blank_outside)
    if not blank_outside:
        offset = (fit.slope * low + fit.offset - low) / (high - low)
        return similarities(scaled, reference, mask, 1.0, axis, (SAME, (fit.slope, offset)))
    raw = similarities(scaled, reference, mask, 1.0, axis, (SAME,))
    scaled = _scaled(fit.apply(prediction), mask, low, high, True)
    fitted = similarities(scaled, reference, mask, 1.0, axis, (SAME,))
    return {name: [*raw[name], *fitted[name]] for name in raw}


def _or_none(figure: Callable[..., Figures], *given: object) -> Figures | None:
    """None where these figures are undefined and the others are not."""
    try:
        return figure(*given)
    except MedGANSynthError:
        return None


def _as_scgan(scaled: np.ndarray, reference: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    """Both images, 0 to 1 over the data range, clipped to the [-1, 1] that the code works on."""
    images = [np.clip(2 * image - 1, -1, 1) for image in (scaled, reference)]
    return {
        "scgan_nrmse": scgan_nrmse(*images, mask),
        "scgan_psnr": scgan_psnr(*images, mask),
        "scgan_ssim": scgan_ssim(*images, mask) if min(mask.shape[1:]) >= WINDOW else None,
    }


def _scaled(
    image: np.ndarray, mask: np.ndarray, low: float, high: float, blank_outside: bool
) -> np.ndarray:
    scaled = (np.asarray(image, dtype=np.float64) - low) / (high - low)
    return np.where(mask, scaled, 0.0) if blank_outside else scaled
