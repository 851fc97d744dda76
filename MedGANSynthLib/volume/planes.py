"""The three planes through the middle of a volume, the way they hang on a light box."""

import numpy as np

from .geometry import reorient
from .volume import Volume


def middle_planes(volume: Volume) -> list[np.ndarray]:
    """Axial, coronal and sagittal slice `[rows, cols]`; up is anterior, superior, superior.

    The patient's right is on the left of the picture.
    """
    array = reorient(volume, "LPS").array
    i, j, k = (n // 2 for n in array.shape)
    planes = (array[:, :, k].T, array[:, j, ::-1].T, array[i, :, ::-1].T)
    return [plane.copy() for plane in planes]  # a view would keep the whole volume


def shown_planes(volume: Volume) -> list[np.ndarray]:
    """`middle_planes` in about their true proportions: lines of thick slices are repeated."""
    i, j, k = reorient(volume, "LPS").spacing
    sides = ((j, i), (k, i), (k, j))  # of a pixel: down, across
    return [
        plane.repeat(max(1, round(down / across)), 0).repeat(max(1, round(across / down)), 1)
        for plane, (down, across) in zip(middle_planes(volume), sides, strict=True)
    ]
