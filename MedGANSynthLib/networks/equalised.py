"""Layers with an equalised learning rate (Karras et al. 2018, section 4.1), and pixel norm (4.2).

Weights start as N(0, 1) and are multiplied by gain / sqrt(fan-in) whenever they are used, so that
Adam, whose steps do not depend on a gradient's scale, moves every layer at the same relative speed.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RECTIFIED = math.sqrt(2)
"""Gain before a rectifier (He et al. 2015)."""


class _Equalised(nn.Module):
    """A weight and a bias; `scale` is what the weight is multiplied by."""

    def __init__(self, shape: tuple[int, ...], fan_in: int, outputs: int, gain: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(shape))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = gain / math.sqrt(fan_in)


class EqualLinear(_Equalised):
    """Shape: `[batch, inputs]` to `[batch, outputs]`."""

    def __init__(self, inputs: int, outputs: int, gain: float = RECTIFIED) -> None:
        super().__init__((outputs, inputs), inputs, outputs, gain)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x * self.scale, self.weight, self.bias)


class EqualConv(_Equalised):
    """A convolution with stride 1 that keeps rows and columns, or with `padding=0` shrinks them.

    Shape: `[batch, inputs, rows, cols]` to `[batch, outputs, rows, cols]`.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        padding: int | None = None,
        gain: float = RECTIFIED,
    ) -> None:
        super().__init__(self._shape(inputs, outputs, kernel), inputs * kernel**2, outputs, gain)
        self.padding = kernel // 2 if padding is None else padding

    @staticmethod
    def _shape(inputs: int, outputs: int, kernel: int) -> tuple[int, ...]:
        return outputs, inputs, kernel, kernel

    def forward(self, x: Tensor) -> Tensor:
        # Whichever is smaller is scaled: at coarse levels the map, at fine ones the kernel.
        if x.numel() < self.weight.numel():
            return F.conv2d(x * self.scale, self.weight, self.bias, padding=self.padding)
        return F.conv2d(x, self.weight * self.scale, self.bias, padding=self.padding)


class EqualUpConv(EqualConv):
    """Nearest-neighbour doubling, then `EqualConv`, computed as one.

    After doubling, neighbouring taps meet the same pixel; summed beforehand they are a transposed
    convolution of stride 2 with one tap more: 9 products for each pixel in place of 25 (kernel 5).
    The weight is that of a transposed convolution, `[inputs, outputs, kernel, kernel]`.

    Shape: `[batch, inputs, rows, cols]` to `[batch, outputs, 2 rows, 2 cols]`.
    """

    @staticmethod
    def _shape(inputs: int, outputs: int, kernel: int) -> tuple[int, ...]:
        return inputs, outputs, kernel, kernel

    def forward(self, x: Tensor) -> Tensor:
        taps = four_shifts(self.weight, self.scale)
        return F.conv_transpose2d(x, taps, self.bias, stride=2, padding=self.padding)


class EqualDownConv(EqualConv):
    """`EqualConv`, then the mean of 2 x 2 pixels, computed as one convolution of stride 2.

    Shape: `[batch, inputs, rows, cols]` to `[batch, outputs, rows / 2, cols / 2]`.
    """

    def forward(self, x: Tensor) -> Tensor:
        taps = four_shifts(self.weight, self.scale / 4)
        return F.conv2d(x, taps, self.bias, stride=2, padding=self.padding)


class EqualFromCode(_Equalised):
    """A code to a 4x4 map: the published 4x4 convolution of a single padded pixel.

    Shape: `[batch, latent]` to `[batch, outputs, 4, 4]`.
    """

    def __init__(self, latent: int, outputs: int) -> None:
        super().__init__((latent, outputs, 4, 4), latent * 16, outputs, RECTIFIED)

    def forward(self, z: Tensor) -> Tensor:
        return F.conv_transpose2d(z[:, :, None, None] * self.scale, self.weight, self.bias)


class PixelNorm(nn.Module):
    """Divides each pixel by the root mean square over its channels.

    Shape: `[batch, channels, rows, cols]` in and out.
    """

    def forward(self, x: Tensor) -> Tensor:
        return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


def four_shifts(weight: Tensor, scale: float) -> Tensor:
    """`scale` times the sum of kernels and their copies moved by one down, right, and both.

    One matrix product, along the taps, which lie next to each other in memory in neither layout.

    Shape: `[a, b, k, k]` to `[a, b, k + 1, k + 1]`.
    """
    kernel = weight.shape[-1]
    line = torch.eye(kernel + 1, kernel, dtype=weight.dtype, device=weight.device)
    line = line + line.roll(1, 0)
    plane = scale * torch.kron(line, line)  # [(k + 1)^2, k^2]
    taps = torch.matmul(plane, weight.permute(0, 2, 3, 1).flatten(1, 2))
    return taps.unflatten(1, (kernel + 1, kernel + 1)).permute(0, 3, 1, 2)
