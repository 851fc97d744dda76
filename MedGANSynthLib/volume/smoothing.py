"""How much an image is smoothed before it is resampled to a coarser grid.

NumPy only: the Slicer module asks, too.
"""

import numpy as np

FWHM = 2 * np.sqrt(2 * np.log(2))
"""A Gaussian's full width at half maximum, in standard deviations."""


def smoothing(step: float) -> float:
    """Standard deviation, in voxels, of the Gaussian along an axis.

    Its full width at half maximum, added in quadrature to one voxel, is one voxel of the coarser
    grid; 0 along an axis that does not become coarser.

    Args:
        step: from one voxel of the other grid to the next, in voxels of the image.
    """
    return float(np.sqrt(step**2 - 1) / FWHM) if step > 1.01 else 0.0
