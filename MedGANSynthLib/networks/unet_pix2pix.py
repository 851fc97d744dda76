"""The U-Net generator of pix2pix (Isola et al. 2017, 6.1.1) as pytorch-CycleGAN-and-pix2pix has it.

It differs from `unet256` where published weights feel it: a rectifier also on what the skip
connections bring, no normalisation at the innermost level, bias beside plain instance norm.
"""

import dataclasses
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from ..schema import Range
from .init import init_normal
from .norm import make_norm


@dataclasses.dataclass(frozen=True)
class UNetPix2PixOptions:
    """Options; the defaults are `unet_256` without dropout, for inference.

    Attributes:
        levels: halvings; the image sides must be multiples of 2**levels.
        width: channels of the first level; later levels have 2, 4, 8, 8, ... times as many.
    """

    in_channels: Annotated[int, Range(1, 64)] = 1
    out_channels: Annotated[int, Range(1, 64)] = 1
    levels: Annotated[int, Range(2, 10)] = 8
    width: Annotated[int, Range(1, 256)] = 64
    norm: Literal["instance-plain", "batch"] = "instance-plain"


class UNetPix2Pix(nn.Module):
    """Shape: `[batch, in_channels, H, W]` to `[batch, out_channels, H, W]`, values in [-1, 1]."""

    def __init__(self, options: UNetPix2PixOptions) -> None:
        super().__init__()
        o = options
        self.multiple = 2**o.levels
        widths = [o.width * min(2**level, 8) for level in range(o.levels)]
        bias = o.norm != "batch"

        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        before = o.in_channels
        for level, width in enumerate(widths):
            conv = nn.Conv2d(before, width, 4, stride=2, padding=1, bias=bias)
            plain = level in (0, o.levels - 1)
            norm = make_norm("none" if plain else o.norm, width, 2)
            slope = nn.Identity() if level == 0 else nn.LeakyReLU(0.2)
            self.down.append(nn.Sequential(slope, conv, norm))
            before = width
        for width in [*reversed(widths[:-1]), o.out_channels]:
            last = len(self.up) == o.levels - 1
            conv = nn.ConvTranspose2d(before, width, 4, stride=2, padding=1, bias=bias or last)
            norm = make_norm("none" if last else o.norm, width, 2)
            self.up.append(nn.Sequential(nn.ReLU(), conv, norm))
            before = 2 * width  # skip connection
        init_normal(self)

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for down in self.down:
            x = down(x)
            skips.append(x)
        x = self.up[0](skips.pop())
        for up in self.up[1:]:
            x = up(torch.cat([skips.pop(), x], dim=1))
        return torch.tanh(x)
