"""Set figures as published codes compute them, under names that say so. Not for judging.

`mmd_linear` (MONAI's `MMDMetric`) and `mmd_kwon_compat` (Kwon et al. 2019, copied by Ferreira et
al. 2022) have a linear kernel on raw voxels: they compare mean images and nothing else, so that the
mean image, which is no scan of anybody, scores as well as or better than real scans. Kwon's is
biased by 1 / batch besides. `ms_ssim_kwon_compat` multiplies the last scale into each of the four
others (exponent 0.53 instead of 0.13) and uses the constants of images in [0, 1] on images in
[-1, 1].
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..errors import MedGANSynthError
from .ms_ssim import WEIGHTS, halve
from .set_mmd import flat, unbiased

_WINDOW, _SIGMA = 11, 1.5


def mmd_linear(real: np.ndarray, fake: np.ndarray) -> float:
    """Unbiased MMD^2 with the kernel x.y on raw voxels."""
    real, fake = flat(real), flat(fake)
    both = np.concatenate([real, fake])
    return unbiased(both @ both.T, len(real))


def mmd_kwon_compat(real: np.ndarray, fake: np.ndarray, batch: int = 4) -> float:
    """Mean over batches of |mean of the reals - mean of the fakes|^2 on raw voxels.

    This is what sum(xx^T)/B^2 + sum(yy^T)/B^2 - 2 sum(xy^T)/B^2 comes to. Cases beyond the last
    whole batch are left out.
    """
    real, fake = flat(real), flat(fake)
    whole = min(len(real), len(fake)) // batch
    if not whole:
        raise MedGANSynthError(f"mmd_kwon_compat needs at least {batch} cases on either side.")
    parts = [a[: whole * batch].reshape(whole, batch, -1).mean(axis=1) for a in (real, fake)]
    return float(np.mean(np.sum((parts[0] - parts[1]) ** 2, axis=1)))


def ms_ssim_kwon_compat(x: np.ndarray, y: np.ndarray) -> float:
    """prod over scales 1 to 4 of cs^w * ssim_5^(w_5), of two volumes in [-1, 1].

    Windows shrink with the image, to 4 voxels at the last of five scales of 64 voxels.
    """
    structure, whole = [], 0.0
    for scale in range(len(WEIGHTS)):
        whole, contrast = _ssim_and_cs(x, y)
        structure.append(contrast)
        if scale < len(WEIGHTS) - 1:
            x, y = (halve(image, list(range(image.ndim))) for image in (x, y))
    values = [max(c, 0.0) ** w * max(whole, 0.0) ** WEIGHTS[-1]
              for c, w in zip(structure[:-1], WEIGHTS[:-1], strict=True)]  # fmt: skip
    return float(np.prod(values))


def _ssim_and_cs(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    size = min(_WINDOW, *x.shape)
    kernel = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * _SIGMA**2))
    kernel /= kernel.sum()

    def smooth(image: np.ndarray) -> np.ndarray:
        for axis in range(image.ndim):
            image = sliding_window_view(image, size, axis) @ kernel
        return image

    x, y = (np.asarray(image, np.float64) for image in (x, y))
    c1, c2 = 0.01**2, 0.03**2
    mx, my = smooth(x), smooth(y)
    vx, vy, cxy = smooth(x * x) - mx**2, smooth(y * y) - my**2, smooth(x * y) - mx * my
    contrast = (2 * cxy + c2) / (vx + vy + c2)
    return float(np.mean((2 * mx * my + c1) / (mx**2 + my**2 + c1) * contrast)), float(
        contrast.mean()
    )
