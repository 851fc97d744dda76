"""Distances between an image and its reconstruction."""

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

from ..collective import total

EPS = 1e-12
"""Under a root, so that an error of 0 has a derivative."""

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


def masked_rmse(prediction: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Root of the mean squared error where `mask` is 1; 0 where it is empty.

    Shape: three times `[batch, channel, ...]`; a scalar out.
    """
    mean = masked_mean((prediction - target).square(), mask)
    return (mean + EPS).sqrt() - EPS**0.5
