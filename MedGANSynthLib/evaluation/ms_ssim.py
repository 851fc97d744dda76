"""Multi-scale structural similarity (Wang, Simoncelli, Bovik 2003).

Contrast and structure at each scale, luminance at the coarsest, each to the power of its weight.
Windows are those of `ssim`; from one scale to the next the images are averaged over 2 voxels along
the windows' axes. The published five scales need 176 voxels; smaller images get fewer scales, whose
published weights then add up to 1, and how many there were belongs to the figure.
"""

from collections.abc import Sequence

import numpy as np

from ..errors import MedGANSynthError
from .metrics import check_shapes
from .ssim import NO_WINDOW, SAME, WINDOW, Fit, Moments, moments, valid, window_means

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def scales_for(shape: tuple[int, ...], axes: list[int]) -> int:
    """How many of the five scales have room for a window; 0 where not even one fits."""
    side = min(shape[axis] for axis in axes)
    return next((n for n in range(len(WEIGHTS), 0, -1) if side // 2 ** (n - 1) >= WINDOW), 0)


def ms_ssim_of_fits(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray | None,
    data_range: float,
    axes: list[int],
    fits: Sequence[Fit] = (SAME,),
    weights: tuple[float, ...] | None = None,
    finest: Moments | None = None,
) -> list[float]:
    """The product over scales; 1 for equal images. A negative mean similarity counts as 0.

    Args:
        prediction: image of any dimension.
        target: the same shape.
        mask: the same shape, or None for all voxels; at coarser scales a voxel belongs to it where
            at least half of it does.
        data_range: the span of intensities that the constants refer to.
        axes: those of the windows; the two in-plane axes of a thickly sliced volume, else all.
        fits: slope and offset of the prediction beforehand; there is one figure for each.
        weights: one for each scale; None: the first published ones that fit, made to add up to 1.
        finest: moments of the mask's windows at the finest scale, where they are known already.

    Raises:
        MedGANSynthError: different shapes, NaN or infinite voxels, no room for a window, or no
            mask voxel where one fits.
    """
    check_shapes(prediction, target, mask)
    if weights is None:
        count = scales_for(np.shape(target), axes)
        weights = tuple(w / sum(WEIGHTS[:count]) for w in WEIGHTS[:count])
    if not weights or scales_for(np.shape(target), axes) < len(weights):
        raise MedGANSynthError(
            f"MS-SSIM: {np.shape(target)} voxels have no room for {len(weights) or 1} scales of "
            f"{WINDOW} voxels; use SSIM."
        )
    x, y = (np.asarray(image, dtype=np.float64) for image in (prediction, target))
    for name, image in (("prediction", x), ("target", y)):
        if not np.isfinite(image).all():
            raise MedGANSynthError(f"the {name} has NaN or infinite voxels; mend it first.")
    where = np.ones(y.shape) if mask is None else (np.asarray(mask) > 0).astype(np.float64)
    results = [1.0] * len(fits)
    for level, weight in enumerate(weights):
        last = level == len(weights) - 1
        if level > 0 or finest is None:
            chosen = where[valid(where.shape, axes)] >= 0.5
            if not chosen.any():
                raise MedGANSynthError(NO_WINDOW)
            found = moments(window_means(x, y, axes), chosen)
        else:
            found = finest
        for number, fit in enumerate(fits):
            luminance, contrast = found.parts(data_range, fit)
            if last:
                contrast *= luminance
            results[number] *= max(float(contrast.mean()), 0.0) ** weight
        if not last:
            x, y, where = (halve(image, axes) for image in (x, y, where))
    return results


def halve(image: np.ndarray, axes: list[int]) -> np.ndarray:
    """Means of neighbouring pairs along each of `axes`; an odd voxel at the end is left out."""
    for axis in axes:
        even = image.shape[axis] // 2 * 2
        front = (slice(None),) * axis
        image = (image[(*front, slice(0, even, 2))] + image[(*front, slice(1, even, 2))]) / 2
    return image
