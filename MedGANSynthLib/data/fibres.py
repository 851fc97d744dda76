"""Directions of fibres in simulated white matter, from where it lies in the brain.

Not a tractography: four systems that every brain has, blended by place, so that the direction and
the order of fibres follow from the anatomy around a voxel and not from its own intensity.
"""

import numpy as np
from scipy import ndimage

from .diffusion import dyads, isotropic

_RADIAL_MM = 4.0  # depth below the cortex over which fibres turn towards it
_DISORDER = 0.1  # weight of fibres of no direction
_PERSON = 0.3  # standard deviation of a person's own log-weights
_PERSON_MM = 15.0


def fibre_order(
    white: np.ndarray, brain: np.ndarray, spacing: float, rng: np.random.Generator
) -> np.ndarray:
    """The mean dyad of the fibres at every voxel, `[6, i, j, k]`, trace 1.

    Callosal fibres run left-right near the midline, projection fibres up-down beside them,
    association fibres front-back further out (Catani and Thiebaut de Schotten, Cortex 44:1105-1132,
    2008); below the cortex all turn towards it.

    Args:
        white: fraction of white matter `[i, j, k]`, RAS axes.
        brain: booleans, the same shape.
        spacing: voxel side in millimetres.
        rng: of the person's own part, which nothing else tells.
    """
    x = _across(brain)
    side = np.sign(x)
    zero, one = np.zeros_like(x), np.ones_like(x)
    depth = ndimage.distance_transform_edt(white > 0.5) * spacing
    smooth = ndimage.gaussian_filter(white, 2.0 / spacing)
    systems = [
        (np.exp(-((x / 0.25) ** 2)), (one, zero, zero)),
        (np.exp(-(((np.abs(x) - 0.4) / 0.15) ** 2)), (0.3 * side, zero, one)),
        (np.exp(-(((np.abs(x) - 0.65) / 0.15) ** 2)), (zero, one, zero)),
        (np.exp(-depth / _RADIAL_MM), tuple(np.gradient(smooth))),
    ]
    order = isotropic(np.full(white.shape, _DISORDER / 3))
    total = np.full(white.shape, _DISORDER, np.float32)
    for weight, direction in systems:
        own = smooth_noise(white.shape, _PERSON_MM / spacing, rng)
        weight = (weight * np.exp(_PERSON * own)).astype(np.float32)
        vector = np.stack(np.broadcast_arrays(*direction)).astype(np.float32)
        length = np.linalg.norm(vector, axis=0)
        weight = np.where(length > 1e-6, weight, 0)
        order += weight * dyads(vector / np.maximum(length, 1e-6))
        total += weight
    return order / total


def smooth_noise(shape: tuple[int, ...], scale: float, rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise of unit variance, smooth over `scale` voxels."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), scale)
    return noise / noise.std()


def _across(brain: np.ndarray) -> np.ndarray:
    """Place from the midline, -1 at the brain's left end and 1 at its right, `[i, j, k]`."""
    index = np.flatnonzero(brain.any(axis=(1, 2)))
    middle, half = (index[0] + index[-1]) / 2, (index[-1] - index[0]) / 2
    line = (np.arange(brain.shape[0], dtype=np.float32) - middle) / max(half, 1.0)
    return np.broadcast_to(line[:, None, None], brain.shape)
