"""Nearest-neighbour doubling and a convolution of side 3, computed as one."""

import functools

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# After doubling, the three taps of an axis see only two different voxels. Which taps meet where is
# the same for every voxel, so the pair equals a transposed convolution of stride 2 with four taps
# that are sums of the three: [w2, w1 + w2, w0 + w1, w0].
_SUMS = ((0.0, 0.0, 1.0), (0.0, 1.0, 1.0), (1.0, 1.0, 0.0), (1.0, 0.0, 0.0))


class UpConv3d(nn.Conv3d):
    """`conv3d(interpolate(x, scale_factor=2), padding=1)` with 8 instead of 27 products a voxel.

    Exact up to rounding; the doubled map is never in memory. Parameters are those of the 3x3x3
    convolution without bias.

    Shape: `[batch, in_channels, i, j, k]` to `[batch, out_channels, 2 i, 2 j, 2 k]`.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv_transpose3d(x, four_taps(self.weight), stride=2, padding=1)


class UpConv2d(nn.Conv2d):
    """The same in 2D: 4 instead of 9 products a pixel.

    Unlike a transposed convolution of stride 2 and side 5, it treats even and odd pixels alike and
    so begins without a checkerboard (Odena, Dumoulin & Olah 2016).

    Shape: `[batch, in_channels, i, j]` to `[batch, out_channels, 2 i, 2 j]`.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv_transpose2d(x, four_taps(self.weight), stride=2, padding=1)


def four_taps(weight: Tensor) -> Tensor:
    """Weights `[out, in, 3, ...]` to those of the transposed convolution, `[in, out, 4, ...]`."""
    axes = weight.dim() - 2
    sums = torch.tensor(_SUMS, dtype=weight.dtype, device=weight.device)
    all_axes = functools.reduce(torch.kron, [sums] * axes)  # [4^axes, 3^axes]
    taps = weight.flatten(2) @ all_axes.T
    return taps.unflatten(2, (4,) * axes).transpose(0, 1)
