"""Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004) in 3D and slice by slice.

Gaussian window of 11 voxels, sigma 1.5, K1 = 0.01, K2 = 0.03, population covariance, and only
windows that lie wholly inside the image (the valid region). `data_range` is never guessed. The
index changes when a constant is added to both images, so a study fixes one intensity convention
(see `compare`).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy.ndimage import correlate1d

from ..errors import MedGANSynthError
from .metrics import check_range, check_shapes

WINDOW = 11
RADIUS = WINDOW // 2
SIGMA = 1.5
K1, K2 = 0.01, 0.03

Fit = tuple[float, float]
SAME: Fit = (1.0, 0.0)
"""The fit that changes nothing."""


def ssim(
    prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None, data_range: float
) -> float:
    """Mean of the SSIM map, with windows along all axes, over the mask's valid voxels.

    Args:
        prediction: image of any dimension, such as `[i, j, k]`.
        target: the same shape.
        mask: the same shape, or None for all voxels. It selects where the map is averaged; the
            windows see the images on both sides of its border.
        data_range: the span of intensities that the constants refer to.

    Raises:
        MedGANSynthError: different shapes, NaN or infinite voxels, a side under 11 voxels, or no
            mask voxel in the valid region.
    """
    return ssim_of_fits(prediction, target, mask, data_range, range(np.ndim(target)))[0]


def ssim_in_plane(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray | None,
    data_range: float,
    slice_axis: int,
) -> float:
    """As `ssim`, with windows in the planes across `slice_axis`; every mask voxel counts once.

    Slices without mask voxels therefore do not count, and large slices count more than small.
    """
    axes = [a for a in range(np.ndim(target)) if a != slice_axis % np.ndim(target)]
    return ssim_of_fits(prediction, target, mask, data_range, axes)[0]


def ssim_map(
    x: np.ndarray, y: np.ndarray, data_range: float, axes: range | list[int]
) -> np.ndarray:
    """SSIM of every window that fits: float64, each of `axes` shorter by 10 voxels."""
    luminance, contrast = moments(x, y, axes).parts(data_range)
    luminance *= contrast
    return luminance


@dataclasses.dataclass(frozen=True)
class Moments:
    """Means, variances and covariance of two images in every window that fits, float64."""

    mean_x: np.ndarray
    mean_y: np.ndarray
    variance_x: np.ndarray
    variance_y: np.ndarray
    covariance: np.ndarray

    def parts(self, data_range: float, fit: Fit = SAME) -> tuple[np.ndarray, np.ndarray]:
        """The two factors of SSIM: luminance, and contrast with structure.

        Args:
            fit: slope and offset of x beforehand; they follow from the same moments.
        """
        check_range(data_range)
        slope, offset = fit
        c1, c2 = (K1 * data_range) ** 2, (K2 * data_range) ** 2
        mean_x = slope * self.mean_x
        mean_x += offset
        luminance = 2 * mean_x
        luminance *= self.mean_y
        luminance += c1
        mean_x *= mean_x
        mean_x += self.mean_y**2
        mean_x += c1
        luminance /= mean_x
        contrast = 2 * slope * self.covariance
        contrast += c2
        spread = slope**2 * self.variance_x
        spread += self.variance_y
        spread += c2
        contrast /= spread
        return luminance, contrast


def moments(x: np.ndarray, y: np.ndarray, axes: range | list[int]) -> Moments:
    """Moments in windows along `axes`, each of which gets shorter by 10 voxels."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    mean_x, mean_y, covariance = smooth(x, axes), smooth(y, axes), smooth(x * y, axes)
    covariance -= mean_x * mean_y
    x *= x
    y *= y
    variance_x, variance_y = smooth(x, axes), smooth(y, axes)
    variance_x -= mean_x**2
    variance_y -= mean_y**2
    return Moments(mean_x, mean_y, variance_x, variance_y, covariance)


def ssim_of_fits(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray | None,
    data_range: float,
    axes: range | list[int],
    fits: Sequence[Fit] = (SAME,),
) -> list[float]:
    """As `ssim` with windows along `axes`, of the prediction after each fit (slope, offset)."""
    check_shapes(prediction, target, mask)
    for name, image in (("prediction", prediction), ("target", target)):
        if not np.isfinite(image).all():
            raise MedGANSynthError(f"the {name} has NaN or infinite voxels; mend it first.")
    if min(target.shape[a] for a in axes) < WINDOW:
        raise MedGANSynthError(
            f"SSIM needs at least {WINDOW} voxels along each axis of its window, "
            f"not {target.shape}."
        )
    valid = tuple(
        slice(RADIUS, n - RADIUS) if a in axes else slice(0, n) for a, n in enumerate(target.shape)
    )
    where = np.ones(target.shape, bool)[valid] if mask is None else (np.asarray(mask) > 0)[valid]
    if not where.any():
        raise MedGANSynthError("no mask voxel lies where a whole SSIM window fits.")
    # Only the windows centred in the mask's bounding box are needed: much less memory and time.
    box = bounding_box(where)
    padded = tuple(
        slice(s.start, s.stop + (2 * RADIUS if a in axes else 0)) for a, s in enumerate(box)
    )
    found = moments(prediction[padded], target[padded], axes)
    means = []
    for fit in fits:
        luminance, contrast = found.parts(data_range, fit)
        luminance *= contrast
        means.append(float(luminance[where[box]].mean()))
    return means


def bounding_box(mask: np.ndarray) -> tuple[slice, ...]:
    """The smallest box that holds all true voxels of a mask that has some."""
    box = []
    for axis in range(mask.ndim):
        others = tuple(a for a in range(mask.ndim) if a != axis)
        used = np.flatnonzero(mask.any(axis=others))
        box.append(slice(int(used[0]), int(used[-1]) + 1))
    return tuple(box)


def smooth(image: np.ndarray, axes: range | list[int]) -> np.ndarray:
    """Weighted mean over each window, one axis after the other, cropped to the valid region."""
    for axis in axes:
        n = image.shape[axis]
        image = correlate1d(image, _WEIGHTS, axis=axis, mode="constant")
        image = image[(slice(None),) * axis + (slice(RADIUS, n - RADIUS),)]
    return image


_OFFSETS = np.arange(-RADIUS, RADIUS + 1)
_WEIGHTS = np.exp(-0.5 * (_OFFSETS / SIGMA) ** 2)
_WEIGHTS /= _WEIGHTS.sum()
