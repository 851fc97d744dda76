"""Distances between an image and its reconstruction."""

import functools

import torch
import torch.nn.functional as F
from monai.metrics.regression import compute_ssim_and_cs
from torch import Tensor

from ..collective import total

EPS = 1e-12
"""Under a root, so that an error of 0 has a derivative."""
WINDOW = 11
"""Pixels along the side of an SSIM window."""

# Voxel by voxel, without a mean.
DISTANCES = {
    "absolute": functools.partial(F.l1_loss, reduction="none"),
    "squared": functools.partial(F.mse_loss, reduction="none"),
}


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of `values` where `mask` is 1, over all ranks; 0 where it is empty.

    Shape: twice `[batch, channel, ...]`; a scalar out.
    """
    inside, count = total(torch.stack([(values * mask).sum(), mask.sum()]))
    return inside / count.clamp(min=1)


def structure_loss(prediction: Tensor, target: Tensor, mask: Tensor | None) -> Tensor:
    """1 - (2 cov + c) / (var + var' + c): contrast and structure, two factors of SSIM.

    The third, luminance, is left to the pixel errors. A squared error alone smooths what is
    uncertain; this term asks for the target's local variance too.

    Shape: `[batch, channel, rows, cols]`, sides of at least 11; a scalar out, the mean over the
    windows centred where `mask` is 1. Windows lie wholly inside the image and are gaussian with
    sigma 1.5 pixels, c = 0.03^2 (Wang, Bovik, Sheikh, Simoncelli 2004, equations 9 and 10).
    """
    _, similar = compute_ssim_and_cs(prediction, target, 2, (WINDOW, WINDOW), (1.5, 1.5))
    if mask is None:
        return 1 - similar.mean()
    edge = WINDOW // 2
    return masked_mean(1 - similar, mask[..., edge:-edge, edge:-edge])


def masked_rmse(prediction: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Root of the mean squared error where `mask` is 1; 0 where it is empty.

    Shape: three times `[batch, channel, ...]`; a scalar out.
    """
    mean = masked_mean((prediction - target).square(), mask)
    return (mean + EPS).sqrt() - EPS**0.5
