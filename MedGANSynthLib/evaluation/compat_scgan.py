"""NRMSE, PSNR and SSIM as the published SC-GAN code computes them, to compare with its tables.

Lan et al. 2021, `testing.py`. They are means over slices of figures of slices, so a small slice
counts as much as a large one and the figures are not those of the volume; the PSNR divides the
errors inside the mask by the whole slice's area, so background flatters it. Two slips that keep
the published code from running are mended: a missing argument, and slices without mask, on which
its division fails, are left out.

All take images in [-1, 1] with background -1.
"""

from collections.abc import Iterator

import numpy as np

from ..errors import MedGANSynthError
from .metrics import check_shapes, inside
from .ssim import ssim_map


def scgan_nrmse(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray) -> float:
    """Half the mean, over the three axes, of the mean RMSE of a slice inside the mask."""
    inside(prediction, target, mask)  # refuses what is not finite
    means = [
        np.mean([np.sqrt(np.mean((p[m] - t[m]) ** 2)) for p, t, m in slices])
        for slices in _by_axis(prediction, target, mask)
    ]
    return float(np.mean(means) / 2)


def scgan_psnr(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray) -> float:
    """Mean over slices and axes of 10 log10(4 / mse), mse = error inside the mask / slice area.

    Slices without any error are left out; identical images give infinity.
    """
    inside(prediction, target, mask)
    means = []
    for slices in _by_axis(prediction, target, mask):
        errors = np.array([np.sum((p[m] - t[m]) ** 2) / m.size for p, t, m in slices])
        errors = errors[errors > 0]
        if not len(errors):
            return float("inf")
        means.append(np.mean(10 * np.log10(4 / errors)))
    return float(np.mean(means))


def scgan_ssim(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray) -> float:
    """Mean over slices across axis 0 of the slice's SSIM, background -1 in both, data range 2.

    As in scikit-image, the mean of a slice leaves out 5 pixels along its border. Slices without
    mask voxels are left out.

    Raises:
        MedGANSynthError: slices of less than 11 voxels.
    """
    inside(prediction, target, mask)
    mask = np.asarray(mask) > 0
    if min(mask.shape[1:]) < 11:
        raise MedGANSynthError("SC-GAN's SSIM needs slices of at least 11 x 11 voxels.")
    p, t = (np.where(mask, image, -1.0) for image in (prediction, target))
    values = [ssim_map(p[i], t[i], 2.0, [0, 1]).mean() for i in np.flatnonzero(mask.any((1, 2)))]
    return float(np.mean(values))


def _by_axis(
    prediction: np.ndarray, target: np.ndarray, mask: np.ndarray
) -> Iterator[list[tuple[np.ndarray, np.ndarray, np.ndarray]]]:
    """For each axis, the slices that have mask voxels."""
    check_shapes(prediction, target, mask)
    arrays = [np.asarray(a, np.float64) for a in (prediction, target)] + [np.asarray(mask) > 0]
    for axis in range(3):
        p, t, m = (np.moveaxis(a, axis, 0) for a in arrays)
        yield [(p[i], t[i], m[i]) for i in range(len(m)) if m[i].any()]
