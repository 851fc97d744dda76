"""Where the heart is in a cine, by what moves with its beat."""

import numpy as np
from scipy import ndimage

_SMOOTH = 0.02  # of the image's side
_PRIOR = 0.25  # of the image's side: hearts lie near the middle
_MOVING = 0.02  # share of the pixels that count
_STILL = 1e-9  # of the largest value: what rounding leaves


def heart_centre(frames: np.ndarray, mask: np.ndarray | None = None) -> tuple[float, float]:
    """Row and column of the middle of the heart.

    The middle of the mask over all frames, where there is one. Else of the pixels that change most
    at the rate of one cycle (the first harmonic), those near the image's middle first: vessels and
    the chest wall move, too, but less or faster. Where nothing moves, the middle of the image.

    Args:
        frames: `[rows, cols, t]`, one cycle.
        mask: of the left ventricle, the same shape.
    """
    if mask is not None and (mask > 0).any():
        return tuple(float(place.mean()) for place in np.nonzero(mask > 0)[:2])
    rows, cols, _ = frames.shape
    harmonic = np.abs(np.fft.rfft(np.asarray(frames, np.float64), axis=2)[:, :, 1])
    if harmonic.max() <= _STILL * max(float(np.abs(frames).max()), 1e-30):
        return (rows - 1) / 2, (cols - 1) / 2
    motion = ndimage.gaussian_filter(harmonic, _SMOOTH * max(rows, cols))
    away = [(np.arange(n) - (n - 1) / 2) / (_PRIOR * max(rows, cols)) for n in (rows, cols)]
    motion *= np.exp(-(away[0][:, None] ** 2 + away[1][None] ** 2) / 2)
    moving = motion >= np.quantile(motion, 1 - _MOVING)
    return tuple(float(place) for place in ndimage.center_of_mass(motion * moving))
