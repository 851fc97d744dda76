"""Who resembles whom: correlation of volumes, mirrored and moved a little.

A copy stays a copy when it is mirrored, shifted, made brighter or noisier, so volumes are compared
by their correlation on a coarse grid, in all those positions, and the best one counts.
"""

import itertools
from collections.abc import Iterator

import numpy as np

SIDE = 32
"""Voxels along the longest axis on which volumes are compared."""


def best_correlations(volumes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The largest correlation of each volume, moved, with each of the others, `[m, n]`.

    Moves: no mirror or one across any one axis, with shifts of -1, 0 or 1 coarse voxel along each
    axis.

    Args:
        volumes: `[m, i, j, k]`.
        others: `[n, i, j, k]`, the same grid.
    """
    volumes, others = coarse(volumes), coarse(others)
    fixed = _unit(others)
    best = np.full((len(volumes), len(others)), -1.0, np.float32)
    for moved in _moves(volumes):
        np.maximum(best, _unit(moved) @ fixed.T, out=best)
    return np.clip(best, -1.0, 1.0)


def distances(correlations: np.ndarray) -> np.ndarray:
    """sqrt(2 - 2 r): the distance of two volumes of unit length."""
    return np.sqrt(np.maximum(2 - 2 * correlations.astype(np.float64), 0.0))


def without_self(table: np.ndarray) -> np.ndarray:
    """Distances with infinity in place of a case's distance to itself."""
    others = table.copy()
    np.fill_diagonal(others, np.inf)
    return others


def ratios(table: np.ndarray) -> np.ndarray:
    """Distance to the nearest over that to the median case of each row; 0 for a copy."""
    finite = np.where(np.isinf(table), np.nan, table)
    return np.nanmin(finite, axis=1) / np.maximum(np.nanmedian(finite, axis=1), 1e-12)


def coarse(volumes: np.ndarray) -> np.ndarray:
    """Means of blocks, so that no side is longer than `SIDE`; float32 `[n, i, j, k]`."""
    step = -(-max(volumes.shape[1:]) // SIDE)
    made = np.asarray(volumes, np.float32)
    for axis in range(1, made.ndim):
        size = made.shape[axis]
        if size == 1 or step == 1:
            continue
        starts = np.arange(0, size, step)
        counts = np.diff([*starts, size]).astype(np.float32)
        shape = [-1 if a == axis else 1 for a in range(made.ndim)]
        made = np.add.reduceat(made, starts, axis=axis) / counts.reshape(shape)
    return made


def _moves(volumes: np.ndarray) -> Iterator[np.ndarray]:
    axes = [axis for axis in range(1, volumes.ndim) if volumes.shape[axis] > 1]
    mirrors = [volumes, *(np.flip(volumes, axis) for axis in axes)]
    for mirrored in mirrors:
        for shift in itertools.product((-1, 0, 1), repeat=len(axes)):
            yield _shifted(mirrored, dict(zip(axes, shift, strict=True)))


def _shifted(volumes: np.ndarray, shift: dict[int, int]) -> np.ndarray:
    """Moved by whole voxels; the edge repeats."""
    for axis, step in shift.items():
        size = volumes.shape[axis]
        if step:
            volumes = np.take(volumes, np.clip(np.arange(size) - step, 0, size - 1), axis)
    return volumes


def _unit(volumes: np.ndarray) -> np.ndarray:
    """Rows of mean 0 and length 1; a constant volume is 0."""
    rows = volumes.reshape(len(volumes), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1.0)
