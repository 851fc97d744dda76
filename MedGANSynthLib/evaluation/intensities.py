"""The one intensity convention of paired evaluation."""

import numpy as np

from ..errors import MedGANSynthError

LOWER, UPPER = 0.5, 99.5


def robust_range(image: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    """The 0.5 and 99.5 percentiles of the image inside the mask.

    One very bright voxel does not move them, unlike the minimum and maximum.

    Raises:
        MedGANSynthError: they coincide (a constant image) or are not finite.
    """
    values = np.asarray(image)[np.asarray(mask) > 0].astype(np.float64)
    if not values.size:
        raise MedGANSynthError("the mask is empty; give a mask that covers the organ.")
    low, high = (float(v) for v in np.percentile(values, [LOWER, UPPER]))
    if not (np.isfinite([low, high]).all() and low < high):
        raise MedGANSynthError(
            "the image is constant or not finite inside the mask; check that mask and image fit."
        )
    return low, high
