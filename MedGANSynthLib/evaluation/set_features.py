"""What a volume looks like in a few numbers: hand-made features, and principal components.

The hand-made ones see blur, noise and wrong intensities, which pixels' components do not; the
components see anatomy that is missing. Both are fixed, small and need no network.
"""

import numpy as np
from scipy.ndimage import laplace

BACKGROUND = -0.95
"""Voxels below it are background, in volumes of [-1, 1]."""

BANDS = ((0.04, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5))
HAND = (
    *("foreground", "mean", "sd", "p10", "p50", "p90"),
    *("gradient_mean", "gradient_p95", "laplacian"),
    *(f"power_{low:g}_{high:g}" for low, high in BANDS),
)
"""Names of the hand-made features; powers are natural logarithms."""


def hand_features(volumes: np.ndarray) -> np.ndarray:
    """The features of `HAND` of volumes `[n, i, j, k]` in [-1, 1], float64 `[n, 14]`."""
    return np.array([_features(np.asarray(v, np.float64)) for v in volumes])


def radial_power(volume: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Mean power of the spectrum between radii `edges` in cycles per voxel.

    Axes of one voxel carry no frequency; so a slice `[i, j, 1]` has its two-dimensional spectrum.
    """
    power = np.abs(np.fft.fftn(volume - volume.mean())) ** 2 / volume.size
    frequency = np.meshgrid(*(np.fft.fftfreq(n) for n in volume.shape), indexing="ij")
    radius = np.sqrt(sum(f**2 for f in frequency))
    which = np.digitize(radius.ravel(), edges)
    sums = np.bincount(which, power.ravel(), len(edges) + 1)[1:-1]
    counts = np.bincount(which, minlength=len(edges) + 1)[1:-1]
    return sums / np.maximum(counts, 1)


def components(real: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, the leading principal axes `[count, voxels]`, and the sd along each of them.

    Args:
        real: `[n, voxels]`; at most n - 1 axes are found.
    """
    mean = real.mean(axis=0)
    centred = real - mean
    values, vectors = np.linalg.eigh(centred @ centred.T)
    order = np.argsort(values)[::-1][: min(count, len(real) - 1)]
    scale = np.sqrt(np.maximum(values[order], 1e-20))
    axes = (vectors[:, order] / scale).T @ centred
    return mean, axes, scale / np.sqrt(len(real) - 1)


def _features(volume: np.ndarray) -> list[float]:
    inside = volume > BACKGROUND
    values = volume[inside] if inside.any() else volume.ravel()
    used = [axis for axis in range(volume.ndim) if volume.shape[axis] > 1]
    gradient = np.sqrt(sum(np.gradient(volume, axis=axis) ** 2 for axis in used))[inside]
    gradient = gradient if gradient.size else np.zeros(1)
    edges = np.array([BANDS[0][0], *(high for _, high in BANDS)])
    power = radial_power(volume, edges)
    return [
        float(inside.mean()),
        float(values.mean()),
        float(values.std()),
        *np.percentile(values, (10, 50, 90)).tolist(),
        float(gradient.mean()),
        float(np.percentile(gradient, 95)),
        float(np.log(np.mean(laplace(volume)[inside] ** 2) + 1e-9) if inside.any() else -20.0),
        *np.log(power + 1e-9).tolist(),
    ]
