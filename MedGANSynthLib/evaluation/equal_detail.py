"""Two sets of volumes brought to one sharpness, so that distances inside them can be compared.

People who are blurred lie nearer to each other than sharp ones, and noise moves them apart, though
they are as different as before. Here each wave keeps the power of the set where it is weaker.
"""

import numpy as np
from scipy.fft import irfftn, rfftn
from scipy.ndimage import uniform_filter

_WINDOW = 3  # frequencies along each axis that a power is the mean of


def equally_detailed(*sets: np.ndarray) -> list[np.ndarray]:
    """Sets of volumes `[n, i, j, k]` of one grid, each filtered to the least power of them all."""
    powers = [_power(volumes) for volumes in sets]
    least = np.minimum.reduce(powers)
    gains = [np.sqrt(least / np.maximum(own, np.finfo(np.float32).tiny)) for own in powers]
    return [_filtered(volumes, gain) for volumes, gain in zip(sets, gains, strict=True)]


def _power(volumes: np.ndarray) -> np.ndarray:
    """Mean power of the set at each frequency, smoothed over its neighbours."""
    total = sum(np.abs(rfftn(volume.astype(np.float32))) ** 2 for volume in volumes)
    return uniform_filter(total / len(volumes), _WINDOW, mode="nearest")


def _filtered(volumes: np.ndarray, gain: np.ndarray) -> np.ndarray:
    shape = volumes.shape[1:]
    return np.stack([irfftn(rfftn(volume.astype(np.float32)) * gain, shape) for volume in volumes])
