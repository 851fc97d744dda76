"""What -1 and 1 stand for in a volume, and the scaling to them."""

import numpy as np

from . import spill
from .grid import Intensity


def intensity_range(array: np.ndarray, intensity: Intensity) -> tuple[float, float]:
    """The intensities that become -1 and 1; see `Intensity`.

    Voxels at the minimum are left out because they are mostly what a scanner, a mask or a pad put
    around the patient: cropping or padding it must not change the scale. The range is never
    empty, so scaling stays finite on constant images too.
    """
    minimum = array.min()
    foreground = spill.select(array, lambda part: part > minimum)
    if foreground.size == 0:
        return float(minimum), float(minimum) + max(1.0, abs(float(minimum)))
    if intensity.centre:
        everything = spill.select(array, lambda part: part >= minimum)
        low = _percentile(everything, intensity.lower)
        tissue = central_tissue(array, low, _percentile(foreground, 99.5))
        high = _percentile(tissue, intensity.upper) if tissue.size else low
    else:
        percentiles = (intensity.lower, intensity.upper)
        low, high = np.percentile(foreground, percentiles, overwrite_input=True).tolist()
    if high <= low:  # a mask, or one bright voxel
        low = float(minimum)
    high += intensity.headroom * (high - low)
    smallest = max(1e-6 * max(abs(low), abs(high)), 1e-30)
    return low, max(high, low + smallest)


def central_tissue(array: np.ndarray, dark: float, bright: float) -> np.ndarray:
    """The tissue in the middle of an image, as a flat array.

    Tissue is what lies more than 15 % of the way from `dark` to `bright`; its middle is between the
    planes that cut off a sixth of it at each end of each axis, so that an empty border changes
    nothing.
    """
    least = dark + 0.15 * (bright - dark)
    amounts = [np.zeros(count, dtype=int) for count in array.shape]
    for part in spill.slabs(array):
        tissue = array[part] > least
        for axis, amount in enumerate(amounts):
            others = tuple(a for a in range(array.ndim) if a != axis)
            amount[part[axis]] += tissue.sum(axis=others)
    middle = []
    for amount in amounts:
        summed = amount.cumsum()
        start, stop = np.searchsorted(summed, np.array([1, 5]) / 6 * summed[-1])
        middle.append(slice(start, stop + 1))
    return spill.select(array[tuple(middle)], lambda part: part > least)


def _percentile(values: np.ndarray, percent: float) -> float:
    """Of a flat array, which is partly sorted by it."""
    return float(np.percentile(values, percent, overwrite_input=True))


def scale(array: np.ndarray, low: float, high: float) -> np.ndarray:
    """`low`..`high` to [-1, 1], clipped, as a new float32 array."""
    scaled = spill.empty_like(array, np.float32)
    with np.errstate(over="ignore"):  # what overflows to infinity is clipped below
        # In double precision, block by block: a narrow range far from zero keeps its contrast.
        np.subtract(array, low, out=scaled, dtype=np.float64, casting="unsafe")
        scaled *= np.float32(2 / (high - low))
    scaled -= 1
    return np.clip(scaled, -1, 1, out=scaled)
