"""Overlap and distance of two segmentations."""

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt


def dice(found: np.ndarray, truth: np.ndarray) -> float | None:
    """2 |A and B| / (|A| + |B|); None where both are empty, which says nothing."""
    size = int(np.count_nonzero(found)) + int(np.count_nonzero(truth))
    return 2 * float(np.count_nonzero(found & truth)) / size if size else None


def hd95(found: np.ndarray, truth: np.ndarray, spacing: tuple[float, ...]) -> float | None:
    """The larger of the two 95th percentiles of distances from edge to edge, in mm.

    None where one of the two is empty: there is no distance then.
    """
    if not (found.any() and truth.any()):
        return None
    edges = [mask & ~binary_erosion(mask) for mask in (found, truth)]
    away = [distance_transform_edt(~edge, sampling=spacing) for edge in edges]
    return float(max(np.percentile(away[1][edges[0]], 95), np.percentile(away[0][edges[1]], 95)))


def by_slice(
    found: np.ndarray, truth: np.ndarray, spacing: tuple[float, ...]
) -> tuple[float | None, float | None, int]:
    """A person's Dice over all slices at once, mean HD95 over slices, and slices without one.

    Args:
        found, truth: masks `[n, rows, cols]`.
        spacing: mm of rows and columns.
    """
    distances = [hd95(f, t, spacing) for f, t in zip(found, truth, strict=True) if (f | t).any()]
    known = [d for d in distances if d is not None]
    return (
        dice(found, truth),
        float(np.mean(known)) if known else None,
        len(distances) - len(known),
    )
