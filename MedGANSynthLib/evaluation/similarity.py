"""SSIM in 3D, in the plane and at several scales, from one set of window moments."""

import contextlib
from collections.abc import Sequence

import numpy as np

from ..errors import MedGANSynthError
from .ms_ssim import ms_ssim_of_fits
from .ssim import (
    RADIUS,
    Fit,
    bounding_box,
    check_images,
    moments,
    smooth,
    valid,
    window_means,
)

Values = Sequence[float | None]


def similarities(
    prediction: np.ndarray,
    target: np.ndarray,
    mask: np.ndarray,
    data_range: float,
    slice_axis: int,
    fits: Sequence[Fit],
) -> dict[str, Values]:
    """`ssim_3d`, `ssim_in_plane` and `ms_ssim_in_plane`: one value for each fit.

    What `ssim_of_fits` and `ms_ssim_of_fits` give, in half their time. None where the volume has
    no room for windows along all axes, or none for several scales, or no mask voxel lies where a
    whole window fits.

    Args:
        prediction: `[i, j, k]`.
        target, mask: the same shape.
        slice_axis: the axis that the planes are stacked along.

    Raises:
        MedGANSynthError: different shapes, NaN or infinite voxels, slices with a side under 11
            voxels.
    """
    axes = [axis for axis in range(3) if axis != slice_axis]
    check_images(prediction, target, mask, axes)
    box = tuple(slice(max(0, s.start - RADIUS), s.stop + RADIUS) for s in bounding_box(mask))
    inside = mask[box]
    means = window_means(prediction[box], target[box], axes)
    where = inside[valid(inside.shape, axes)]
    none: Values = [None] * len(fits)
    found = dict.fromkeys(("ssim_3d", "ssim_in_plane", "ms_ssim_in_plane"), none)
    if not where.any():
        return found
    plane = moments(means, where)
    found["ssim_in_plane"] = [plane.mean_ssim(data_range, f) for f in fits]
    with contextlib.suppress(MedGANSynthError):  # no room: the other figures stay as they are
        found["ms_ssim_in_plane"] = ms_ssim_of_fits(
            prediction, target, mask, data_range, axes, fits, finest=plane
        )
    where = inside[valid(inside.shape, range(3))]
    if where.any():
        means = [smooth(values, [slice_axis]) for values in means]
        space = moments(means, where)
        found["ssim_3d"] = [space.mean_ssim(data_range, f) for f in fits]
    return found
