"""Intensity scales: of what a network should predict, and of a whole cohort."""

import statistics
from collections.abc import Iterable

import numpy as np

BELOW, ABOVE = 6.0, 8.0


def standard_range(values: np.ndarray) -> tuple[float, float]:
    """What -1 and 1 stand for in a target: its median, less 6 and plus 8 standard deviations.

    A scanner's signal has no unit, and how bright a person's brain is among the rest of the head
    cannot be seen in another sequence: asked for it, a network learns to guess. On this scale every
    brain has the same middle and spread. The standard deviation is estimated from the 5 and 95
    percentiles (3.29 apart in a normal distribution), because fluid is very bright in a T2.

    Args:
        values: the voxels of the organ, any shape, at least one.
    """
    low, middle, high = np.percentile(values, [5, 50, 95]).tolist()
    deviation = max((high - low) / 3.29, 1e-6 * max(abs(low), abs(high)), 1e-30)
    return middle - BELOW * deviation, middle + ABOVE * deviation


def median_range(ranges: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The median over the people of what -1 and of what 1 stand for."""
    low, high = zip(*ranges, strict=True)
    return statistics.median(low), statistics.median(high)


def on_scale(image: np.ndarray, own: tuple[float, float], other: tuple[float, float]) -> np.ndarray:
    """An image in which -1 and 1 stand for `own`, as if they stood for `other`."""
    gain = (own[1] - own[0]) / (other[1] - other[0])
    return (image + 1) * gain + (2 * (own[0] - other[0]) / (other[1] - other[0]) - 1)
