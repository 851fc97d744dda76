"""How much of one grid lies in another's field of view. NumPy only: the Slicer module asks, too."""

import numpy as np

_LATTICE = 16  # points along each axis at which it is asked


def share_covered(
    shape: tuple[int, ...],
    affine: np.ndarray,
    other_shape: tuple[int, ...],
    other_affine: np.ndarray,
) -> float:
    """How much of a grid the other one covers, 0 to 1.

    Args:
        shape, other_shape: voxels along i, j, k.
        affine, other_affine: 4x4, voxel index to one common space.
    """
    axes = [np.linspace(0, n - 1, min(n, _LATTICE)) for n in shape]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    index = np.linalg.solve(other_affine, affine)
    there = points @ index[:3, :3].T + index[:3, 3]
    inside = (there >= -0.501) & (there <= np.array(other_shape) - 0.499)
    return float(inside.all(axis=1).mean())
