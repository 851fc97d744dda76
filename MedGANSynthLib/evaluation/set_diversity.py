"""How alike the members of a set are: SSIM and MS-SSIM of random pairs.

Both are compared with the same number of real pairs: above the real value the set is too uniform
(a collapse is 1), below it too different (noise is near 0). Windows span all axes that have room.
"""

import numpy as np

from .ms_ssim import WEIGHTS, halve, scales_for
from .ssim import K1, K2, WINDOW, smooth

PAIRS = 1000


def random_pairs(n: int, seed: int, count: int = PAIRS) -> np.ndarray:
    """`count` different pairs of `n` cases, or all there are, `[pairs, 2]`."""
    first, second = np.triu_indices(n, 1)
    chosen = np.arange(len(first))
    if len(chosen) > count:
        chosen = np.sort(np.random.default_rng(seed).choice(len(chosen), count, replace=False))
    return np.column_stack([first[chosen], second[chosen]])


def pair_similarity(
    volumes: np.ndarray, pairs: np.ndarray, data_range: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """SSIM and MS-SSIM of each pair of `volumes` `[n, i, j, k]`; None without room for a window.

    What belongs to one volume is computed once, so a pair costs one smoothing at each scale.
    """
    axes = [axis for axis in range(volumes[0].ndim) if volumes.shape[1 + axis] >= WINDOW]
    scales = scales_for(volumes.shape[1:], axes) if axes else 0
    if not scales:
        return None
    weights = np.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    c1, c2 = (K1 * data_range) ** 2, (K2 * data_range) ** 2
    ssim, product = np.empty(len(pairs)), np.ones(len(pairs))
    level = np.asarray(volumes, np.float32)
    for scale in range(scales):
        means = np.stack([smooth(v.astype(np.float64), axes) for v in level]).astype(np.float32)
        squares = [smooth(v.astype(np.float64) ** 2, axes) - m.astype(np.float64) ** 2
                   for v, m in zip(level, means, strict=True)]  # fmt: skip
        squares = np.stack(squares).astype(np.float32)
        for number, (a, b) in enumerate(pairs):
            between = means[a] * means[b]
            covariance = smooth(level[a].astype(np.float64) * level[b], axes) - between
            contrast = (2 * covariance + c2) / (squares[a] + squares[b] + c2)
            last = scale == scales - 1
            if last or scale == 0:
                luminance = (2 * between + c1) / (means[a] ** 2 + means[b] ** 2 + c1)
                whole = float((luminance * contrast).mean())
                if scale == 0:
                    ssim[number] = whole
            value = whole if last else float(contrast.mean())
            product[number] *= max(value, 0.0) ** weights[scale]
        if not last:
            level = halve(level, [axis + 1 for axis in axes])
    return ssim, product
