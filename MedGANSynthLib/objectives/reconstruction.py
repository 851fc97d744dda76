"""Distances between an image and its reconstruction."""

import functools

import torch.nn.functional as F
from torch import Tensor

# Voxel by voxel, without a mean.
DISTANCES = {
    "absolute": functools.partial(F.l1_loss, reduction="none"),
    "squared": functools.partial(F.mse_loss, reduction="none"),
}


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of `values` where `mask` is 1; 0 where it is empty.

    Shape: twice `[batch, channel, ...]`; a scalar out.
    """
    return (values * mask).sum() / mask.sum().clamp(min=1)
