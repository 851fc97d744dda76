"""Volumes on finer grids, before a network adds what interpolation cannot."""

import numpy as np

from .geometry import resample_to
from .volume import Volume


def as_fine_as(volume: Volume, fine: Volume, order: str = "cubic") -> Volume:
    """`volume` on the grid of `fine`, within its own range of intensities.

    Half a voxel beyond the outermost centres the end voxel counts.

    Args:
        order: "cubic" (B-splines) or "linear".
    """
    padded = np.pad(volume.array, 1, mode="edge")
    affine = volume.affine.copy()
    affine[:3, 3] -= affine[:3, :3] @ np.ones(3)
    low, high = float(volume.array.min()), float(volume.array.max())
    source = volume.with_array(padded, affine=affine)
    made = resample_to(source, fine.shape, fine.affine, order, low)
    return made.with_array(np.clip(made.array, low, high))


def with_spacing(volume: Volume, spacing: tuple[float, float, float]) -> Volume:
    """`volume` with voxels of `spacing` mm along its own axes, over the same field of view.

    Args:
        spacing: along i, j, k; each voxel's side becomes the nearest that fills the field of view.
    """
    counts = [
        max(1, round(n * old / new))
        for n, old, new in zip(volume.shape, volume.spacing, spacing, strict=True)
    ]
    ratio = np.array(volume.shape) / counts
    affine = volume.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ ((ratio - 1) / 2)
    affine[:3, :3] *= ratio
    grid = volume.with_array(np.broadcast_to(np.float32(0), counts), affine=affine)
    return as_fine_as(volume, grid)
