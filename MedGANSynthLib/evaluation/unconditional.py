"""Cheap figures of generated volumes as a set, beside a set of real ones; 1 or 0 is best.

Each alone is beaten by some useless generator: noise is diverse, copies are sharp, the mean volume
is near every person. They are meant for following a training, not for judging a model.
"""

import numpy as np

from .set_mmd import flat, squared_distances
from .set_mmd import mmd_rbf as mmd_rbf  # one of the figures here


def diversity_ratio(real: np.ndarray, fake: np.ndarray) -> float:
    """Mean root-mean-square difference of two fakes over that of two reals: 0 is a collapse."""
    spreads = []
    for volumes in (flat(fake), flat(real)):
        squared = squared_distances(volumes) / volumes.shape[1]
        spreads.append(np.sqrt(squared[np.triu_indices(len(volumes), 1)]).mean())
    return float(spreads[0] / max(spreads[1], 1e-12))


def sharpness_ratio(real: np.ndarray, fake: np.ndarray) -> float:
    """Median power of the fakes' Laplacian over the reals': below 1 blurred, above 1 noisy.

    Args:
        real, fake: `[n, *axes]` of one grid; axes shorter than 3 are left out of the Laplacian.
    """
    powers = [np.median([_laplacian_power(v) for v in volumes]) for volumes in (fake, real)]
    return float(powers[0] / max(powers[1], 1e-12))


def gap(mmd: float, diversity: float, sharpness: float) -> float:
    """One number to choose a checkpoint by: 0 where all three are those of real volumes.

    sqrt(max(mmd, 0)) + |ln diversity| + |ln sharpness| / 4. Sharpness counts less, because its
    logarithm spans decades where the others span units.
    """
    logs = [abs(float(np.log(max(ratio, 1e-6)))) for ratio in (diversity, sharpness)]
    return float(np.sqrt(max(mmd, 0.0)) + logs[0] + logs[1] / 4)


def _laplacian_power(volume: np.ndarray) -> float:
    volume = np.asarray(volume, np.float64)
    axes = [axis for axis, length in enumerate(volume.shape) if length >= 3]
    inner = tuple(slice(1, -1) if axis in axes else slice(None) for axis in range(volume.ndim))
    total = -2.0 * len(axes) * volume[inner]
    for axis in axes:
        for shift in (slice(2, None), slice(None, -2)):
            place = list(inner)
            place[axis] = shift
            total += volume[tuple(place)]
    return float(np.mean(total**2))
