"""Distances between an image and its reconstruction."""

from torch import Tensor


def masked_l1(prediction: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference where `mask` is 1; 0 where it is empty.

    Shape: three times `[batch, channel, ...]`; a scalar out.
    """
    return ((prediction - target).abs() * mask).sum() / mask.sum().clamp(min=1)
