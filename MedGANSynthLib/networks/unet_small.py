"""A residual U-Net of about 1.7 million parameters for two cores and small data.

Most of the work is done at a half, a quarter and an eighth of the resolution. Full resolution still
gets a residual block of its own: thinner than that, fine detail is learned several times slower.
There is no skip from input to output, because translators, unlike denoisers, may have to invert
contrast.
"""

import dataclasses
import itertools
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from ..schema import Length, Range
from .norm import make_norm


@dataclasses.dataclass(frozen=True)
class UNetSmallOptions:
    """Options.

    Attributes:
        widths: channels at full resolution, a half, a quarter, ...
        norm: "batch" has no cost at inference and keeps absolute intensities; "instance" for
            batches of one.
    """

    in_channels: Annotated[int, Range(1, 64)] = 3
    out_channels: Annotated[int, Range(1, 64)] = 3
    widths: Annotated[tuple[Annotated[int, Range(1, 1024)], ...], Length(2, 7)] = (32, 48, 96, 192)
    norm: Literal["batch", "instance", "none"] = "batch"


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a skip (He et al. 2016); a 1x1 one where the width changes."""

    def __init__(self, before: int, width: int, norm: str) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, width, 3, padding=1, bias=norm == "none"),
            make_norm(norm, width, 2),
            nn.LeakyReLU(0.1, inplace=True),
            nn.Conv2d(width, width, 3, padding=1, bias=norm == "none"),
            make_norm(norm, width, 2),
        )
        self.skip = nn.Identity() if before == width else nn.Conv2d(before, width, 1)
        self.activation = nn.LeakyReLU(0.1, inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.skip(x) + self.body(x))


class UNetSmall(nn.Module):
    """Shape: `[batch, in_channels, H, W]` to `[batch, out_channels, H, W]`, values in [-1, 1].

    H and W must be multiples of `multiple`.
    """

    def __init__(self, options: UNetSmallOptions) -> None:
        super().__init__()
        self.multiple = 2 ** (len(options.widths) - 1)
        widths, norm = options.widths, options.norm
        self.first = nn.Sequential(
            nn.Conv2d(options.in_channels, widths[0], 3, padding=1), nn.LeakyReLU(0.1, inplace=True)
        )
        self.down, self.encode = nn.ModuleList(), nn.ModuleList()
        self.up, self.decode = nn.ModuleList(), nn.ModuleList()
        for above, width in itertools.pairwise(widths):
            self.down.append(nn.Conv2d(above, width, 4, stride=2, padding=1))
            self.encode.append(ResidualBlock(width, width, norm))
        for above, width in zip(reversed(widths[:-1]), reversed(widths), strict=False):
            # Not transposed: those leave a checkerboard (Odena et al. 2016).
            larger = nn.Upsample(scale_factor=2, mode="bilinear")
            self.up.append(nn.Sequential(nn.Conv2d(width, above, 1), larger))
            self.decode.append(ResidualBlock(2 * above, above, norm))
        self.last = nn.Conv2d(widths[0], options.out_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        skips = []
        for down, encode in zip(self.down, self.encode, strict=True):
            skips.append(x)
            x = encode(down(x))
        for up, decode in zip(self.up, self.decode, strict=True):
            x = decode(torch.cat([up(x), skips.pop()], dim=1))
        return torch.tanh(self.last(x))
