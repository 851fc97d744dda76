"""Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004) in 3D and slice by slice.

Gaussian window of 11 voxels, sigma 1.5, K1 = 0.01, K2 = 0.03, population covariance, and only
windows that lie wholly inside the image (the valid region). `data_range` is never guessed. The
index changes when a constant is added to both images, so a study fixes one intensity convention
(see `compare`).
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

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

NO_WINDOW = "no mask voxel lies where a whole SSIM window fits."


def ssim_in_plane(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray | None,
    data_range: float,
    slice_axis: int,
) -> float:
    """`ssim_of_fits` with windows in the planes across `slice_axis`; every mask voxel counts once.

    Slices without mask voxels therefore do not count, and large slices count more than small.
    """
    axes = [a for a in range(np.ndim(target)) if a != slice_axis % np.ndim(target)]
    return ssim_of_fits(prediction, target, mask, data_range, axes)[0]


def ssim_map(
    x: np.ndarray, y: np.ndarray, data_range: float, axes: range | list[int]
) -> np.ndarray:
    """SSIM of every window that fits: float64, each of `axes` shorter by 10 voxels."""
    luminance, contrast = moments(window_means(x, y, axes)).parts(data_range)
    return luminance * contrast


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

    def mean_ssim(self, data_range: float, fit: Fit = SAME) -> float:
        """The mean of SSIM over these windows."""
        luminance, contrast = self.parts(data_range, fit)
        luminance *= contrast
        return float(luminance.mean())


def window_means(x: np.ndarray, y: np.ndarray, axes: range | list[int]) -> list[np.ndarray]:
    """Means of x, y, x^2, y^2 and xy in windows along `axes`, each shorter by 10 voxels; float64.

    Windows along one more axis follow from them by `smooth` along it.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    means = [smooth(x, axes), smooth(y, axes), smooth(x * y, axes)]
    x *= x
    y *= y
    return [*means[:2], smooth(x, axes), smooth(y, axes), means[2]]


def moments(means: Sequence[np.ndarray], where: Any = ...) -> Moments:
    """Moments of the windows at `where`, of all without it, from what `window_means` found."""
    mean_x, mean_y, square_x, square_y, product = (values[where] for values in means)
    return Moments(
        mean_x,
        mean_y,
        square_x - mean_x**2,
        square_y - mean_y**2,
        product - mean_x * mean_y,
    )


def ssim_of_fits(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray | None,
    data_range: float,
    axes: range | list[int],
    fits: Sequence[Fit] = (SAME,),
) -> list[float]:
    """Mean of the SSIM map over the mask's valid voxels.

    Args:
        prediction: image of any dimension, such as `[i, j, k]`.
        target: the same shape.
        mask: the same shape, or None for all voxels. It selects where the map is averaged; the
            windows see the images on both sides of its border.
        data_range: the span of intensities that the constants refer to.
        axes: those of the windows.
        fits: slope and offset of the prediction beforehand; there is one figure for each.

    Raises:
        MedGANSynthError: different shapes, NaN or infinite voxels, a side under 11 voxels, or no
            mask voxel in the valid region.
    """
    check_images(prediction, target, mask, axes)
    whole = np.ones(target.shape, bool) if mask is None else np.asarray(mask) > 0
    where = whole[valid(target.shape, axes)]
    if not where.any():
        raise MedGANSynthError(NO_WINDOW)
    # Only the windows centred in the mask's bounding box are needed: much less memory and time.
    box = bounding_box(where)
    padded = tuple(
        slice(s.start, s.stop + (2 * RADIUS if a in axes else 0)) for a, s in enumerate(box)
    )
    found = moments(window_means(prediction[padded], target[padded], axes), where[box])
    return [found.mean_ssim(data_range, fit) for fit in fits]


def check_images(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray | None,
    axes: range | list[int],
) -> None:
    """Refuse what has no SSIM with windows along `axes`; see `ssim_of_fits`."""
    check_shapes(prediction, target, mask)
    for name, image in (("prediction", prediction), ("target", target)):
        if not np.isfinite(image).all():
            raise MedGANSynthError(f"the {name} has NaN or infinite voxels; mend it first.")
    if min(target.shape[a] for a in axes) < WINDOW:
        raise MedGANSynthError(
            f"SSIM needs at least {WINDOW} voxels along each axis of its window, "
            f"not {target.shape}."
        )


def valid(shape: tuple[int, ...], axes: range | list[int]) -> tuple[slice, ...]:
    """The voxels that a whole window along `axes` is centred at."""
    return tuple(
        slice(RADIUS, n - RADIUS) if a in axes else slice(0, n) for a, n in enumerate(shape)
    )


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
