"""What a voxel's neighbourhood looks like: the inputs of the voxel-wise baselines."""

from collections.abc import Iterator

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude, gaussian_laplace

from .ssim import bounding_box

SMOOTH_MM = (1.0, 2.0, 4.0, 8.0)
GRADIENT_MM = (1.5, 3.0, 6.0)
LAPLACIAN_MM = (1.5, 3.0, 6.0)

NAMES = (
    "source",
    *(f"gaussian {s:g} mm" for s in SMOOTH_MM),
    *(f"gradient {s:g} mm" for s in GRADIENT_MM),
    *(f"laplacian {s:g} mm" for s in LAPLACIAN_MM),
    "position i",
    "position j",
    "position k",
)


def local_features(
    source: np.ndarray,
    mask: np.ndarray,
    where: np.ndarray,
    spacing: tuple[float, float, float],
) -> np.ndarray:
    """The features of the voxels in `where`, in the order of `NAMES`.

    Gaussian scales are standard deviations in millimetres along every axis, so that 5 mm slices
    and 1 mm volumes are treated alike. Position runs from 0 to 1 across the mask's bounding box.

    Args:
        source: `[i, j, k]`, intensities normalised by the caller.
        mask: the same shape; its bounding box gives the positions.
        where: the same shape; the voxels asked for.
        spacing: voxel size in mm along i, j, k.

    Returns:
        float32 `[voxels, features]`, voxels in C order.
    """
    columns = np.empty((np.count_nonzero(where), len(NAMES)), dtype=np.float32)
    for column, values in enumerate(_maps(source.astype(np.float32), where, spacing)):
        columns[:, column] = values
    for axis, (box, index) in enumerate(zip(bounding_box(mask), np.nonzero(where), strict=True)):
        columns[:, axis - 3] = (index - box.start) / max(box.stop - 1 - box.start, 1)
    return columns


def _maps(
    source: np.ndarray, where: np.ndarray, spacing: tuple[float, float, float]
) -> Iterator[np.ndarray]:
    """One map at a time, so that large volumes never hold them all."""
    yield source[where]
    for filtered, scales in (
        (gaussian_filter, SMOOTH_MM),
        (gaussian_gradient_magnitude, GRADIENT_MM),
        (gaussian_laplace, LAPLACIAN_MM),
    ):
        for scale in scales:
            sigma = [scale / s for s in spacing]
            yield filtered(source, sigma, mode="nearest")[where]
