"""The U-Net generator of CycleGAN as the TensorFlow tutorial builds it (Isola et al. 2017, 6.1.1).

Eight 4x4 stride-2 convolutions down to 1x1 for a 256x256 image, eight transposed ones up, skip
connections between mirrored levels. 54,408,833 parameters at one channel in and out.
"""

import dataclasses
from typing import Annotated

import torch
from torch import Tensor, nn

from ..schema import Range
from .init import init_normal
from .norm import InstanceNorm


@dataclasses.dataclass(frozen=True)
class UNet256Options:
    """Options; the defaults are the published network.

    Attributes:
        levels: halvings; the image sides must be multiples of 2**levels.
        width: channels of the first level; later levels have 2, 4, 8, 8, ... times as many.
        slope: of the LeakyReLU on the way down (Keras default 0.3 in the tutorial).
        dropout: probability in the three innermost levels on the way up, in training only.
    """

    in_channels: Annotated[int, Range(1, 64)] = 1
    out_channels: Annotated[int, Range(1, 64)] = 1
    levels: Annotated[int, Range(2, 10)] = 8
    width: Annotated[int, Range(1, 256)] = 64
    slope: Annotated[float, Range(0.0, 1.0)] = 0.3
    dropout: Annotated[float, Range(0.0, 0.9)] = 0.5


class UNet256(nn.Module):
    """Shape: `[batch, in_channels, H, W]` to `[batch, out_channels, H, W]`, values in [-1, 1]."""

    plain_on_cpu = True  # see `layout.placed`

    def __init__(self, options: UNet256Options) -> None:
        super().__init__()
        o = options
        self.multiple = 2**o.levels
        widths = [o.width * min(2**level, 8) for level in range(o.levels)]

        self.down = nn.ModuleList()
        before = o.in_channels
        for level, width in enumerate(widths):
            norm = [] if level == 0 else [InstanceNorm(width)]
            conv = nn.Conv2d(before, width, 4, stride=2, padding=1, bias=False)
            self.down.append(nn.Sequential(conv, *norm, nn.LeakyReLU(o.slope)))
            before = width

        self.up = nn.ModuleList()
        for level in reversed(range(o.levels - 1)):
            width = widths[level]
            conv = nn.ConvTranspose2d(before, width, 4, stride=2, padding=1, bias=False)
            drop = [nn.Dropout(o.dropout)] if len(self.up) < 3 and o.dropout else []
            self.up.append(nn.Sequential(conv, InstanceNorm(width), *drop, nn.ReLU()))
            before = 2 * width  # skip connection

        self.last = nn.ConvTranspose2d(before, o.out_channels, 4, stride=2, padding=1)
        init_normal(self)

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for down in self.down:
            x = down(x)
            skips.append(x)
        skips.pop()
        for up in self.up:
            x = torch.cat([up(x), skips.pop()], dim=1)
        return torch.tanh(self.last(x))
