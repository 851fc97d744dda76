"""Normalisation layers that survive what medical slices do to them."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..collective import moments, world


class InstanceNorm(nn.Module):
    """Instance normalisation for 2D and 3D maps, with an optional scale and offset.

    Two differences from `torch.nn.InstanceNorm2d`, which is equal to it elsewhere:

    - Where the spatial size is 1 the map is not normalised (x - mean would be 0 for every input,
      and PyTorch raises); scale and offset still apply, so the parameters stay in use.
    - A constant map (a blank slice) gives the offset, by the eps in the denominator.

    Args:
        channels: number of channels C.
        affine: learn a scale and an offset for each channel.
        eps: added to the variance.

    Shape: `[batch, C, *spatial]` in and out.
    """

    def __init__(self, channels: int, affine: bool = True, eps: float = 1e-5) -> None:
        super().__init__()
        self.channels, self.eps = channels, eps
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        if x[0, 0].numel() > 1:
            # One group for each channel is instance normalisation; unlike F.instance_norm this
            # keeps the channels-last layout.
            return F.group_norm(x, self.channels, self.weight, self.bias, self.eps)
        if self.weight is None:
            return x
        shape = (1, -1) + (1,) * (x.ndim - 2)
        return x * self.weight.view(shape) + self.bias.view(shape)


class _OverRanks:
    """Batch norm that takes its statistics over the batch of all ranks.

    PyTorch's own (`SyncBatchNorm`) needs GPUs and has no second derivative, which gradient
    penalties take. Parameters and buffers are those of the PyTorch layer, and alone it is that one.
    """

    def forward(self, x: Tensor) -> Tensor:
        if world() == 1 or not self.training:
            return super().forward(x)
        h = x.float()
        mean, variance, count = moments(h, [axis for axis in range(x.ndim) if axis != 1])
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean.flatten(), self.momentum)
            unbiased = variance.flatten() * (count / max(1, count - 1))
            self.running_var.lerp_(unbiased, self.momentum)
        shape = (1, -1) + (1,) * (x.ndim - 2)
        h = (h - mean) * (variance + self.eps).rsqrt()
        return (h * self.weight.view(shape) + self.bias.view(shape)).to(x.dtype)


class BatchNorm1d(_OverRanks, nn.BatchNorm1d):
    """Shape: `[batch, C]` in and out."""


class BatchNorm2d(_OverRanks, nn.BatchNorm2d):
    """Shape: `[batch, C, rows, cols]` in and out."""


class BatchNorm3d(_OverRanks, nn.BatchNorm3d):
    """Shape: `[batch, C, i, j, k]` in and out."""


def make_norm(kind: str, channels: int, dims: int) -> nn.Module:
    """The layer named `kind`: "instance" (affine), "instance-plain", "batch" or "none"."""
    if kind == "none":
        return nn.Identity()
    if kind == "batch":
        return (BatchNorm2d, BatchNorm3d)[dims - 2](channels)
    return InstanceNorm(channels, affine=kind == "instance")
