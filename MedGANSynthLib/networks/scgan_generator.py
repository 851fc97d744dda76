"""The generator of SC-GAN: a U-Net with self-attention at three places, in 3D or 2D.

Lan, Toga, Sepehrband 2021 (Magnetic Resonance in Medicine 86:1718-1733) and the published code:
eight halvings to 1x1x1 at 256x256x256, 132,875,877 parameters with two inputs.
"""

import dataclasses
from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ..schema import Range
from .attention import SelfAttention
from .norm import make_norm
from .scgan_layers import Down, Up, convolution, up_convolution


@dataclasses.dataclass(frozen=True)
class SCGANGeneratorOptions:
    """Options; the defaults are the published network.

    Attributes:
        in_channels: how many inputs.
        levels: halvings; sides of 2**(levels - 1) + 1 voxels and more can be translated. Training
            on smaller volumes takes as many as these allow.
        width: channels of the first level; later levels have 2, 4, 8, 8, ... times as many.
        kernel: of the outer four levels; those further in have 3, the innermost 2.
        norm: "instance" for batches of one; "batch" (published) keeps absolute intensities.
        dropout: where five or more levels lie outside, in training.
        attention: after an encoder level, a decoder level and the last convolution.
        key_stride: one key for each so many voxels along an axis in the last attention.
        spectral: spectral normalisation of every convolution.
        top: channels at full resolution, with a skip connection of their own; 0, as published: the
            last level has as many as there are inputs, and what is fine has to come through half
            the resolution.
    """

    dims: Literal[2, 3] = 3
    in_channels: Annotated[int, Range(1, 64)] = 2
    levels: Annotated[int, Range(3, 8)] = 8
    width: Annotated[int, Range(1, 256)] = 64
    kernel: Literal[3, 5] = 5
    norm: Literal["instance", "batch", "none"] = "instance"
    dropout: Annotated[float, Range(0.0, 0.9)] = 0.5
    attention: bool = True
    key_stride: Annotated[int, Range(2, 256)] = 64
    spectral: bool = True
    top: Annotated[int, Range(0, 256)] = 0


class SCGANGenerator(nn.Module):
    """Shape: `[batch, in_channels, *spatial]` to `[batch, 1, *spatial]`, values in [-1, 1].

    Attributes:
        smallest: the least side.
        multiple: sides of which every level has an even number of voxels.
        recompute: in training, compute each level again in the backward pass instead of keeping
            it: less memory, more time. Batch norm then counts every batch twice.
    """

    def __init__(self, options: SCGANGeneratorOptions) -> None:
        super().__init__()
        o, dims = options, options.dims
        self.smallest, self.multiple = 2 ** (o.levels - 1) + 1, 2**o.levels
        self.recompute = False
        widths = [o.width * min(2**level, 8) for level in range(o.levels)]
        kernels = [*(o.kernel,) * 4, 3, 3, 3][: o.levels - 1]
        kernels.append(2)

        def attention(channels: int, stride: int = 2) -> nn.Module:
            if not o.attention:
                return nn.Identity()
            return SelfAttention(channels, dims, stride, o.spectral)

        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        before = o.in_channels
        for level, (width, kernel) in enumerate(zip(widths, kernels, strict=True)):
            layer = convolution(dims, before, width, kernel, 2, o.spectral)
            self.down.append(Down(layer, make_norm(o.norm if level else "none", width, dims)))
            before = width
        for level in reversed(range(o.levels)):
            width = widths[level - 1] if level else o.top or o.in_channels
            layer = up_convolution(dims, before, width, kernels[level], o.spectral)
            dropout = o.dropout if level >= 5 else 0.0
            self.up.append(Up(layer, make_norm(o.norm, width, dims), dropout))
            before = 2 * width  # skip connection
        # At 256 voxels these levels have 8 and 32 of them along an axis.
        self.inner_level, self.outer_level = (min(n, o.levels - 2) for n in (5, 3))
        self.inner = attention(widths[self.inner_level - 1])
        self.outer = attention(widths[self.outer_level - 1])
        self.top = None
        if o.top:
            layer = convolution(dims, o.in_channels, o.top, 3, 1, o.spectral)
            self.top = Down(layer, make_norm(o.norm, o.top, dims))
        self.last = convolution(dims, 2 * o.top or o.in_channels, 1, 3, 1, o.spectral)
        self.global_attention = attention(1, o.key_stride)

    def forward(self, x: Tensor) -> Tensor:
        if min(x.shape[2:]) < self.smallest:
            raise ValueError(f"sides must have {self.smallest} voxels or more")
        inputs, skips = x, [x]
        for level, down in enumerate(self.down, start=1):
            x = self._run(down, x)
            skips.append(x)
            if level == self.inner_level:  # the skip leaves before the attention
                x = self._run(self.inner, x)
        skips.pop()
        for up in self.up:
            skip = skips.pop()
            x = self._run(up, x, list(skip.shape[2:]))
            level = len(skips)
            if level == self.outer_level:
                x = self._run(self.outer, x)
            if level:
                x = torch.cat([x, skip], dim=1)
        if self.top is not None:
            x = torch.cat([x, self._run(self.top, inputs)], dim=1)
        return torch.tanh(self._run(self.global_attention, self.last(x)))

    def _run(self, part: nn.Module, *given: object) -> Tensor:
        if self.recompute and torch.is_grad_enabled():
            return checkpoint(part, *given, use_reentrant=False)
        return part(*given)
