"""Slabs: a slice and its neighbours as the channels of one 2D image."""

import numpy as np


def neighbour_step(step_mm: float, slice_spacing: float) -> int:
    """How many slices lie between neighbours that should be `step_mm` apart, at least 1."""
    return max(1, round(step_mm / slice_spacing))


def slab(array: np.ndarray, index: int, slices: int, step: int) -> np.ndarray:
    """The slice `index` and its neighbours, `[slices, rows, cols]`.

    Args:
        array: `[rows, cols, slice]`.
        slices: how many (odd), the wanted one in the middle.
        step: distance between them in slices. Beyond the ends the end slice is repeated.
    """
    half = slices // 2
    wanted = index + step * np.arange(-half, half + 1)
    return np.stack([array[:, :, k] for k in np.clip(wanted, 0, array.shape[2] - 1)])
