"""SSIM in 3D, in the plane and at several scales, from one set of window moments."""

from collections.abc import Sequence

import numpy as np

from ..errors import MedGANSynthError
from .ms_ssim import ms_ssim_of_fits
from .ssim import (
    NO_WINDOW,
    RADIUS,
    WINDOW,
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
    no room for windows along all axes, or none for several scales.

    Args:
        prediction: `[i, j, k]`.
        target, mask: the same shape.
        slice_axis: the axis that the planes are stacked along.

    Raises:
        MedGANSynthError: as `ssim_of_fits` with windows in the plane; no voxel for 3D windows.
    """
    axes = [axis for axis in range(3) if axis != slice_axis]
    check_images(prediction, target, mask, axes)
    box = tuple(slice(max(0, s.start - RADIUS), s.stop + RADIUS) for s in bounding_box(mask))
    inside = mask[box]
    means = window_means(prediction[box], target[box], axes)
    where = inside[valid(inside.shape, axes)]
    if not where.any():
        raise MedGANSynthError(NO_WINDOW)
    plane = moments(means, where)
    none: Values = [None] * len(fits)
    found = {"ssim_3d": none, "ssim_in_plane": [plane.mean_ssim(data_range, f) for f in fits]}
    try:
        found["ms_ssim_in_plane"] = ms_ssim_of_fits(
            prediction, target, mask, data_range, axes, fits, finest=plane
        )
    except MedGANSynthError:  # no room, which leaves the other figures as they are
        found["ms_ssim_in_plane"] = none
    if min(mask.shape) >= WINDOW:
        where = inside[valid(inside.shape, range(3))]
        if not where.any():
            raise MedGANSynthError(NO_WINDOW)
        means = [smooth(values, [slice_axis]) for values in means]
        space = moments(means, where)
        found["ssim_3d"] = [space.mean_ssim(data_range, f) for f in fits]
    return found
